using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ProcessArsenal.Exporter.Commands.Server;
using ProcessArsenal.Exporter.Views;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ProcessArsenal.Exporter.Commands;

/// <summary><c>tree</c>: who started whom, read from the kernel there and then.</summary>
internal static class TreeCommand
{
    public static Command Create(CommandContext context, SettingsOptions settings)
    {
        var list = new ListOptions();
        Option<int?> root = Options.Number("--root", least: 1, "Show this process and what is below it. [default: all]", "pid");
        var kernel = new Option<bool>("--kernel") { Description = "Show kernel threads too." };
        var command = new Command("tree", "Show processes as a tree of parents and children; works without a running daemon.");
        var server = new ServerOptions(context);
        var watch = new WatchOption();
        foreach (Option option in (Option[])[root, kernel, list.Output, watch.Option]) command.Add(option);
        server.AddTo(command);
        settings.AddTo(command);
        HelpText.Attach(command,
            """
            Examples:
              process-arsenal tree
              process-arsenal tree --root 1234 --output json
            """);
        command.SetAction(async (result, cancellation) =>
        {
            if (settings.Load(result, out _) is not { Configuration: { } configuration }) return CommandLine.Failed;
            int? pid = result.GetValue(root);
            bool withKernel = result.GetValue(kernel);
            using ApiClient? client = server.IsGiven(result) ? server.Connect(result, configuration) : null;
            return await watch.RunAsync(result, PrintAsync, cancellation).ConfigureAwait(false);

            async Task<int> PrintAsync()
            {
                IReadOnlyList<ProcessView> roots = client is null
                    ? await LocalSnapshot.ReadAsync(configuration, s => ProcessForest.Of(s, pid, withKernel), TimeProvider.System, cancellation).ConfigureAwait(false)
                    : await RemoteProcesses.TreeAsync(client, pid, withKernel, cancellation).ConfigureAwait(false);
                if (pid is not null && roots.Count == 0)
                {
                    result.InvocationConfiguration.Error.WriteLine($"process-arsenal: there is no process {pid} that we can see.");
                    return CommandLine.Failed;
                }
                TextWriter output = result.InvocationConfiguration.Output;
                if (list.IsJson(result)) output.WriteLine(JsonSerializer.Serialize<List<ProcessView>>([.. roots], ViewJson.Default.ListProcessView));
                else Terminal.Write(output, Render(roots), colours: Terminal.HasColours);
                return CommandLine.Done;
            }
        });
        return command;
    }

    /// <summary>As a terminal shows it.</summary>
    public static Rows Render(IReadOnlyList<ProcessView> roots) => new(roots.Select(IRenderable (root) =>
    {
        var tree = new Tree(Label(root)) { Guide = TreeGuide.Line };
        AddChildren(tree, root);
        return tree;
    }));

    private static void AddChildren(IHasTreeNodes node, ProcessView process)
    {
        var pending = new Stack<(IHasTreeNodes Node, ProcessView Process)>([(node, process)]);
        while (pending.TryPop(out (IHasTreeNodes Node, ProcessView Process) next))
            foreach (ProcessView child in next.Process.Children ?? []) pending.Push((next.Node.AddNode(Label(child)), child));
    }

    private static Text Label(ProcessView process)
    {
        string group = process.Group is { } name && name != process.Name ? $"  {Terminal.Printable(name, 48)}" : "";
        string facts = string.Create(CultureInfo.InvariantCulture,
            $"{Terminal.Printable(process.Name, 64)} {process.Pid}{group}  cpu {Terminal.Percent(process.Cpu)}%  mem {Terminal.Bytes(process.Memory)}");
        return new Text(facts);
    }
}
