using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Exporter.Api;
using ProcessArsenal.Exporter.Commands.Server;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Exporter.Commands.Acting;

/// <summary>A command that has the daemon act on processes: those named, or those that a condition selects, of which it first shows who they are.</summary>
internal sealed class ActingCommand
{
    private readonly ServerOptions _server;
    private readonly SettingsOptions _settings;
    private readonly ListOptions _list = new();
    private readonly string _action;
    private readonly Argument<string[]> _processes = new("process") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "With --where: do it; else it is only shown whom it would be done to." };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only say what would be done." };
    private readonly Option<bool> _force = new("--force") { Description = "Overrule the guards that an administrator may overrule." };
    private readonly Option<bool> _evidence = new("--evidence") { Description = "First keep what is known of each, for evidence.budget at most; then it is done whatever comes of that." };
    private readonly Option<string> _reason = new("--reason") { HelpName = "text", Description = "Why; kept in the ledger." };
    private readonly Option<int?> _most = Options.Number("--max-targets", 1, "If more are meant, nothing is done to any. [default: 10, or as many as are named]", "number");
    private readonly Option<int?> _healthy = Options.Number("--min-healthy", 0, "How many of the process's group must be left that are fit for work.", "number");

    /// <param name="more">What else it takes, and puts into the body of the request; false, with the error printed, if it is wrong.</param>
    public ActingCommand(CommandContext context, SettingsOptions settings, string action, string summary, string help, Func<ParseResult, JsonObject, bool>? more = null, params IEnumerable<Symbol> symbols)
    {
        (_server, _settings, _action) = (new ServerOptions(context), settings, action);
        _processes.Description = $"Identities, or pids, which mean whoever has them now{(TakesChildren ? "; or supervised children, as SUPERVISOR/CHILD" : "")}.";
        Command = new Command(action, summary);
        foreach (Symbol symbol in symbols)
        {
            if (symbol is Argument argument) Command.Add(argument);
            else Command.Add((Option)symbol);
        }
        Command.Add(_processes);
        foreach (Option option in (Option[])[_list.Where, _yes, _dryRun, _reason, _force, _most, _healthy, _list.Output]) Command.Add(option);
        if (HasEvidence) Command.Add(_evidence);
        _server.AddTo(Command);
        settings.AddTo(Command);
        HelpText.Attach(Command, help + "\n\n" +
            """
            The daemon does it, by one way that has guards: who must not be touched, how many actions an hour (control.max_actions_per_hour), and more. All of it,
            what was refused included, is in its ledger: process-arsenal actions.
            A condition selects by what processes can't choose themselves: exe, user, unit, container, and what they use; a name or group only if their executable
            bears it out, and never by their arguments.
            """);
        Command.SetAction((result, cancellation) => RunAsync(result, more, cancellation));
    }

    public Command Command { get; }

    /// <summary>It can be done to supervised children too.</summary>
    private bool TakesChildren => _action is "stop" or "restart";

    /// <summary>Evidence is taken before it, if that is asked for.</summary>
    private bool HasEvidence => _action is "stop" or "kill" or "restart" or "signal";

    private async Task<int> RunAsync(ParseResult result, Func<ParseResult, JsonObject, bool>? more, CancellationToken cancellation)
    {
        if (_settings.Load(result, out _) is not { Configuration: { } configuration }) return ServerOptions.WithoutFile(result);
        TextWriter error = result.InvocationConfiguration.Error;
        string[] names = result.GetValue(_processes) ?? [];
        string? where = result.GetValue(_list.Where);
        if (names.Length == 0 == where is null)
        {
            error.WriteLine($"process-arsenal: say whom: {(where is null ? "identities or pids, or --where 'memory > 2GiB'" : "either processes or --where, not both")}.");
            return CommandLine.Usage;
        }
        bool areChildren = Array.Exists(names, static name => name.Contains('/'));
        if (areChildren && !AreChildren(names, error)) return CommandLine.Usage;
        foreach (string name in names.Where(name => !areChildren && ProcessName.Parse(name) is null))
        {
            error.WriteLine($"process-arsenal: '{Quoting.Cap(name)}' is no identity such as 4711-65123-ab12cd34, and no pid. To find one by its name: process-arsenal find 'name = \"...\"'");
            return CommandLine.Usage;
        }
        if (!_list.TryParseWhere(result, out _, withoutPast: null)) return CommandLine.Usage;
        bool isConfirmed = !result.GetValue(_dryRun) && (where is null || result.GetValue(_yes));
        var body = new JsonObject { ["action"] = _action, ["confirm"] = isConfirmed };
        if (where is not null) body["where"] = where;
        else body[areChildren ? "children" : "targets"] = new JsonArray([.. names.Distinct().Select(static name => (JsonNode)name)]);
        if ((result.GetValue(_most) ?? (where is null ? names.Length : null)) is { } most) body["max_targets"] = most;
        if (result.GetValue(_healthy) is { } healthy) body["min_healthy"] = healthy;
        if (result.GetValue(_reason) is { } reason) body["reason"] = reason;
        if (result.GetValue(_force)) body["force"] = true;
        if (HasEvidence && result.GetValue(_evidence)) body["evidence"] = true;
        if (more is not null && !more(result, body)) return CommandLine.Usage;
        using ApiClient client = _server.Connect(result, configuration, working: TimeSpan.FromMinutes(12));
        BatchView done = await client.PostAsync("/api/v1/batch", body, ViewJson.Default.BatchView, cancellation).ConfigureAwait(false);
        if (_list.IsJson(result)) result.InvocationConfiguration.Output.WriteLine(JsonSerializer.Serialize(done, ViewJson.Default.BatchView));
        else Print(done, result.InvocationConfiguration.Output, error, isHint: where is not null && !isConfirmed && !result.GetValue(_dryRun));
        return done.Failed.Count > 0 || done.Successful.Count == 0 ? CommandLine.Failed : CommandLine.Done;
    }

    /// <returns>False, with the error printed, if they are not all names of supervised children, or this is not done to those.</returns>
    private bool AreChildren(string[] names, TextWriter error)
    {
        if (!TakesChildren) error.WriteLine($"process-arsenal: {_action} is for processes, and '{Quoting.Cap(Array.Find(names, static name => name.Contains('/'))!)}' would be a supervised child: name its pid (process-arsenal supervisors).");
        else if (Array.Find(names, static name => ChildName.Parse(name) is null) is { } wrong) error.WriteLine($"process-arsenal: '{Quoting.Cap(wrong)}' is no SUPERVISOR/CHILD such as shop/orders; name either children or processes.");
        else return true;
        return false;
    }

    private void Print(BatchView done, TextWriter output, TextWriter error, bool isHint)
    {
        if (done.Successful.Count + done.Failed.Count > 0) ActionTable.Print(done.Successful.Concat(done.Failed), output);
        if (done.Successful.Count + done.Failed.Count == 0) error.WriteLine($"process-arsenal: {done.Note}.");
        else if (isHint && done.Successful.Count > 0) error.WriteLine($"Nothing was done. To {_action} these: the same with --yes.");
    }
}
