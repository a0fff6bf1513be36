namespace ProcessArsenal.Telemetry.Tracing.Profiles;

/// <summary>A method as it was called, with what it called.</summary>
/// <param name="Seconds">CPU time in it and below.</param>
/// <param name="Part">0 to 1, of all CPU time.</param>
/// <param name="Calls">The most expensive first.</param>
public sealed record CallNode(string Method, double Seconds, double Part, IReadOnlyList<CallNode> Calls);

/// <summary>Who called whom, with the CPU time of each.</summary>
internal static class CallTree
{
    /// <param name="least">0 to 1: smaller parts are left out, with what is below them.</param>
    /// <param name="deepest">Levels.</param>
    /// <returns>The outermost methods.</returns>
    public static IReadOnlyList<CallNode> Of(StackProfile profile, double least, int deepest)
    {
        double[] seconds = profile.Seconds();
        var root = new Node();
        for (int i = 0; i < seconds.Length; i++)
        {
            if (seconds[i] == 0) continue;
            Node node = root;
            root.Seconds += seconds[i];
            int[] frames = profile.Stacks[i].Frames;
            for (int level = 0; level < Math.Min(frames.Length, deepest); level++) (node = node.Below(frames[level])).Seconds += seconds[i];
        }
        return Show(root, profile.Methods, Math.Max(double.Epsilon, root.Seconds), least);
    }

    private static IReadOnlyList<CallNode> Show(Node node, IReadOnlyList<string> methods, double all, double least) =>
        [.. node.Calls.Where(call => call.Value.Seconds / all >= least).OrderByDescending(static call => call.Value.Seconds).ThenBy(call => methods[call.Key], StringComparer.Ordinal)
            .Select(call => new CallNode(methods[call.Key], call.Value.Seconds, call.Value.Seconds / all, Show(call.Value, methods, all, least)))];

    private sealed class Node
    {
        public double Seconds { get; set; }

        public Dictionary<int, Node> Calls { get; } = [];

        public Node Below(int method)
        {
            if (!Calls.TryGetValue(method, out Node? call)) Calls[method] = call = new Node();
            return call;
        }
    }
}
