using System.CommandLine;

namespace ProcessArsenal.Exporter.Commands;

/// <summary><c>completion</c>: what a shell needs to complete words of ours. Which they are it asks for each time (<c>[suggest:N]</c>), so that they are never those of another version.</summary>
internal static class CompletionCommand
{
    private const string Bash =
        """
        # process-arsenal completion bash
        _process_arsenal() {
            local words="${COMP_LINE#* }" before
            before="${COMP_LINE:0:COMP_POINT}"
            before="${before#* }"
            mapfile -t COMPREPLY < <(compgen -W "$(process-arsenal "[suggest:${#before}]" "$words" 2>/dev/null)" -- "$2")
        }
        complete -o default -F _process_arsenal process-arsenal
        """;

    private const string Zsh =
        """
        #compdef process-arsenal
        _process_arsenal() {
            local before="${(j: :)words[2,CURRENT-1]}"
            [[ -n "$before" ]] && before="$before "
            before="$before$PREFIX"
            local -a found
            found=("${(@f)$(process-arsenal "[suggest:${#before}]" "$before" 2>/dev/null)}")
            found=(${found:#})
            if (( ${#found} )); then compadd -- $found; else _files; fi
        }
        if [[ "${funcstack[1]}" == _process-arsenal ]]; then _process_arsenal "$@"; else compdef _process_arsenal process-arsenal; fi
        """;

    private const string Fish =
        """
        # process-arsenal completion fish
        function __process_arsenal
            set -l before (string replace -r '^\S+\s+' '' -- (commandline -cp))
            process-arsenal "[suggest:"(string length -- "$before")"]" "$before" 2>/dev/null
        end
        complete -c process-arsenal -a '(__process_arsenal)'
        """;

    private static readonly (string Name, string Script)[] Shells = [("bash", Bash), ("zsh", Zsh), ("fish", Fish)];

    public static Command Create(CommandContext context, SettingsOptions settings)
    {
        var shell = new Argument<string>("shell") { Description = "Which." };
        shell.AcceptOnlyFromAmong([.. Shells.Select(static one => one.Name)]);
        var command = new Command("completion", "Print what a shell needs to complete words of process-arsenal.") { shell };
        HelpText.Attach(command,
            """
            Examples:
              source <(process-arsenal completion bash)                                                       in ~/.bashrc
              process-arsenal completion bash > /etc/bash_completion.d/process-arsenal                        for everybody
              process-arsenal completion zsh > "${fpath[1]}/_process-arsenal"                                 then a new shell
              process-arsenal completion fish > ~/.config/fish/completions/process-arsenal.fish
            """);
        command.SetAction(result =>
        {
            result.InvocationConfiguration.Output.WriteLine(Array.Find(Shells, one => one.Name == result.GetValue(shell)).Script);
            return CommandLine.Done;
        });
        return command;
    }
}
