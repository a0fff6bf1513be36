using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ProcessArsenal.Telemetry.Analysis;
using ProcessArsenal.Telemetry.Snapshots;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ProcessArsenal.Exporter.Commands;

/// <summary><c>tree</c>: who started whom, read from the kernel there and then.</summary>
internal static class TreeCommand
{
    /// <summary>Within what JSON writers and readers nest (64 by default, two levels a generation).</summary>
    private const int MaxDepth = 30;

    public static Command Create(CommandContext context, SettingsOptions settings)
    {
        var list = new ListOptions();
        Option<int?> root = Options.Number("--root", least: 1, "Show this process and what is below it. [default: all]", "pid");
        var kernel = new Option<bool>("--kernel") { Description = "Show kernel threads too." };
        var command = new Command("tree", "Show processes as a tree of parents and children; works without a running daemon.");
        foreach (Option option in (Option[])[root, kernel, list.Output]) command.Add(option);
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
            TextWriter error = result.InvocationConfiguration.Error;
            List<ProcessView> roots;
            try
            {
                int? pid = result.GetValue(root);
                bool withKernel = result.GetValue(kernel);
                roots = await LocalSnapshot.ReadAsync(configuration, s => Build(s, pid, withKernel), TimeProvider.System, cancellation).ConfigureAwait(false);
                if (pid is not null && roots.Count == 0)
                {
                    error.WriteLine($"process-arsenal: there is no process {pid} that we can see.");
                    return CommandLine.Failed;
                }
            }
            catch (IOException e)
            {
                error.WriteLine($"process-arsenal: {e.Message}");
                return CommandLine.Failed;
            }
            TextWriter output = result.InvocationConfiguration.Output;
            if (list.IsJson(result)) output.WriteLine(JsonSerializer.Serialize(roots, ProcessViewJson.Default.ListProcessView));
            else Terminal.Write(output, Render(roots), colours: !Console.IsOutputRedirected);
            return CommandLine.Done;
        });
        return command;
    }

    /// <summary>Built from the leaves up without recursion, since a chain of processes can be as deep as there are pids; what is deeper
    /// than <see cref="MaxDepth"/> begins a tree of its own.</summary>
    private static List<ProcessView> Build(Snapshot snapshot, int? root, bool kernel)
    {
        ProcessTree tree = ProcessTree.Of(snapshot);
        ReadOnlySpan<ProcessRow> rows = snapshot.Processes;
        var order = new List<int>(tree.Roots);
        var depths = new List<int>(order.Select(_ => 0));
        for (int i = 0; i < order.Count; i++)
        {
            foreach (int child in tree.ChildrenOf(rows[order[i]].Sample.Identity.Pid))
            {
                order.Add(child);
                depths.Add(depths[i] + 1);
            }
        }
        var cut = new List<int>();
        var views = new Dictionary<int, ProcessView>();
        for (int i = order.Count - 1; i >= 0; i--)
        {
            ref readonly ProcessRow row = ref rows[order[i]];
            if (row.Description.IsKernelThread && !kernel) continue;
            List<ProcessView> children = [];
            if (depths[i] % MaxDepth == 0 && depths[i] > 0) cut.Add(row.Sample.Identity.Pid);
            if (depths[i] % MaxDepth != MaxDepth - 1) foreach (int child in tree.ChildrenOf(row.Sample.Identity.Pid))
                if (views.TryGetValue(rows[child].Sample.Identity.Pid, out ProcessView? view)) children.Add(view);
            views.Add(row.Sample.Identity.Pid, ProcessView.Of(row) with { Children = children.Count > 0 ? children : null });
        }
        if (root is { } wanted) return views.TryGetValue(wanted, out ProcessView? found) ? [found] : [];
        var roots = new List<ProcessView>();
        foreach (int index in tree.Roots)
            if (views.TryGetValue(rows[index].Sample.Identity.Pid, out ProcessView? view)) roots.Add(view);
        roots.AddRange(cut.Select(pid => views[pid]));
        return roots;
    }

    private static Rows Render(List<ProcessView> roots) => new(roots.Select(IRenderable (root) =>
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
