using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>What <c>completion</c> prints works in the shells themselves.</summary>
[Collection(EndToEndTests.Name)]
public sealed class CompletionTests
{
    /// <summary>With the words of a line before the cursor, as bash gives them to a function.</summary>
    private const string Bash =
        """
        source <(process-arsenal completion bash)
        COMP_LINE=$1 COMP_POINT=${#1}
        _process_arsenal process-arsenal "${1##* }" ""
        printf '%s\n' "${COMPREPLY[@]}"
        """;

    /// <summary>Outside of its line editor zsh completes nothing: the words are set as it would, and what is added is printed.</summary>
    private const string Zsh =
        """
        compdef() { }
        eval "$(process-arsenal completion zsh)"
        compadd() { shift; print -l -- "$@" }
        _files() { print files }
        words=("${(@s: :)1}") CURRENT=${#words} PREFIX=${1##* }
        _process_arsenal
        """;

    private const string Fish =
        """
        process-arsenal completion fish | source
        complete -C "$argv[1]" | string replace -r '\t.*' ''
        """;

    [Theory]
    [InlineData("process-arsenal conf", "config")]
    [InlineData("process-arsenal config s", "schema show")]
    [InlineData("process-arsenal config ", "check schema show")]
    [InlineData("process-arsenal ps --output j", "json")]
    public async Task Words_are_completed(string line, string words)
    {
        foreach ((string shell, string[] arguments) in ((string, string[])[])[("/bin/bash", ["-c", Bash, "bash", line]), ("/usr/bin/zsh", ["-f", "-c", Zsh, "zsh", line]), ("/usr/bin/fish", ["--no-config", "-c", Fish, line])])
        {
            Assert.SkipUnless(File.Exists(shell), $"{shell} is missing.");
            Command run = await Command.Run("/usr/bin/env", [$"PATH={Path.GetDirectoryName(Repository.Program)}:/usr/bin:/bin", shell, .. arguments]);
            string[] found = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.True(words.Split(' ').All(found.Contains), $"{shell}: '{run.Output}' {run.Error}");
            // Beside words of ours a shell may offer files.
            Assert.DoesNotContain(found, static word => word is "serve" or "kill");
        }
    }
}
