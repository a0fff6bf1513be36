using System.CommandLine;
using System.Globalization;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Exporter.Commands;

/// <summary><c>token</c>: who may ask the control listener, by the file in the state directory; works without a running daemon.</summary>
internal static class TokenCommand
{
    private const string NameHelp = "Whose it is: letters, digits, - _ and .";

    public static Command Create(CommandContext context, SettingsOptions settings)
    {
        var command = new Command("token", "Make, list and revoke the tokens by which the control listener is asked.");
        command.Add(CreateToken(settings));
        command.Add(ListTokens(settings));
        command.Add(RevokeToken(settings));
        HelpText.Attach(command,
            """
            Roles:
              viewer     look at processes, history and events
              diagnose   and take traces and profiles
              operate    and start, stop, kill, restart, signal and dump
              admin      and change what the automation may do
              responder  deliver alerts, and nothing else

            Examples:
              (umask 077; process-arsenal token create grafana --role viewer --expires 90d > grafana.token)
              process-arsenal token list
              process-arsenal token revoke grafana

            The state directory holds their SHA-256 alone, so that a token is shown once. A daemon that runs knows of changes within a second. Whoever may write
            to the state directory may make tokens: run this as the user that the daemon runs as.
            """);
        return command;
    }

    private static Command CreateToken(SettingsOptions settings)
    {
        var name = new Argument<string>("name") { Description = NameHelp };
        Option<string> role = Options.Choice("--role", Roles.Names, "What its bearer may do.");
        var expires = new Option<string>("--expires") { HelpName = "duration", Description = "For how long, such as 90d. [default: until it is revoked]" };
        var command = new Command("create", "Make a token and print it; nothing else is printed to standard output.") { name, role, expires };
        settings.AddTo(command);
        command.SetAction(result => Run(settings, result, file =>
        {
            TextWriter error = result.InvocationConfiguration.Error;
            string who = result.GetValue(name)!;
            if (!AccessToken.IsName(who)) return Refuse(error, $"'{Quoting.Cap(who)}' can't be a name: use up to {AccessToken.MaxNameLength} letters, digits, - _ and ., a letter or digit first.");
            TimeSpan lifetime = default;
            if (result.GetValue(expires) is { } text && (!Durations.TryParse(text, out lifetime) || lifetime < TimeSpan.FromMinutes(1)))
                return Refuse(error, $"--expires takes a duration of a minute or more such as 90d, not '{Quoting.Cap(text)}'.");
            var token = AccessToken.Create(who, Roles.Parse(result.GetValue(role)!)!.Value, TimeProvider.System.GetUtcNow(), lifetime > TimeSpan.Zero ? lifetime : null, out string secret);
            string? refused = null;
            file.Change(tokens =>
            {
                if (tokens.All.Any(known => known.Name == who)) refused = $"there is a token '{who}' already: revoke it first, or choose another name.";
                else if (tokens.All.Count >= TokenList.Most) refused = $"there are {TokenList.Most} tokens, which is the most: revoke one that is not needed.";
                return refused is null ? tokens.With(token) : null;
            });
            if (refused is not null) return Refuse(error, refused);
            result.InvocationConfiguration.Output.WriteLine(secret);
            error.WriteLine($"This is the token of '{who}' ({token.Role.Name()}{(token.Expires is { } end ? string.Create(CultureInfo.InvariantCulture, $", until {end:u}") : "")}). It is not shown again.");
            return CommandLine.Done;
        }));
        return command;
    }

    private static Command ListTokens(SettingsOptions settings)
    {
        var command = new Command("list", "Show whose tokens there are; the tokens themselves are not kept.");
        settings.AddTo(command);
        command.SetAction(result => Run(settings, result, file =>
        {
            TokenList? tokens = file.Read(out string? wrong);
            if (wrong is not null) return Refuse(result.InvocationConfiguration.Error, wrong);
            if (tokens is null) return Refuse(result.InvocationConfiguration.Error, $"there is no {file.Path}: the daemon makes it when it first starts (see --state-directory), or 'token create' does.");
            DateTimeOffset now = TimeProvider.System.GetUtcNow();
            List<string[]> rows = [["NAME", "ROLE", "CREATED", "EXPIRES"]];
            rows.AddRange(tokens.All.Select(token => (string[])[token.Name, token.Role.Name(), Day(token.Created), token.Expires is { } end ? Day(end) + (token.IsExpired(now) ? " (expired)" : "") : "never"]));
            Terminal.Write(result.InvocationConfiguration.Output, Terminal.Table(rows, rightAligned: 0), colours: Terminal.HasColours);
            return CommandLine.Done;
        }));
        return command;
    }

    private static Command RevokeToken(SettingsOptions settings)
    {
        var name = new Argument<string>("name") { Description = "Whose it is, as 'token list' shows." };
        var command = new Command("revoke", "Make a token worthless, within a second.") { name };
        settings.AddTo(command);
        command.SetAction(result => Run(settings, result, file =>
        {
            string who = result.GetValue(name)!;
            string? refused = null;
            file.Change(tokens =>
            {
                if (tokens.All.Any(known => known.Name == who)) return tokens.Without(who);
                refused = $"there is no token '{Quoting.Cap(who)}'{(NearestName.Find(who, tokens.All.Select(static token => token.Name)) is { } nearest ? $": did you mean '{nearest}'?" : ".")}";
                return null;
            });
            if (refused is not null) return Refuse(result.InvocationConfiguration.Error, refused);
            result.InvocationConfiguration.Error.WriteLine($"The token '{who}' is worth nothing any more.");
            return CommandLine.Done;
        }));
        return command;
    }

    private static int Run(SettingsOptions settings, ParseResult result, Func<TokenFile, int> use)
    {
        if (settings.Load(result, out _) is not { Configuration: { } configuration }) return CommandLine.Failed;
        try
        {
            return use(new TokenFile(configuration.StateDirectory));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string hint = e is DirectoryNotFoundException or FileNotFoundException ? " Say where the daemon keeps its state: --state-directory." : "";
            return Refuse(result.InvocationConfiguration.Error, e.Message.TrimEnd('.') + "." + hint);
        }
    }

    private static int Refuse(TextWriter error, string reason)
    {
        error.WriteLine($"process-arsenal: {reason}");
        return CommandLine.Failed;
    }

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
