namespace ProcessArsenal.Telemetry.Tracing.Profiles;

/// <summary>CPU time of some methods, with who called them and what they called.</summary>
/// <param name="Seconds">In them and below, once where they call each other.</param>
/// <param name="Samples">Of threads that ran.</param>
/// <param name="Callers">Seconds, by who called the outermost of them; an empty name if nobody did.</param>
/// <param name="Callees">Seconds, by what the innermost of them called; by itself for its own.</param>
internal sealed record MethodCalls(double Seconds, long Samples, long WaitingSamples, Dictionary<string, double> Callers, Dictionary<string, double> Callees)
{
    public static readonly MethodCalls None = new(0, 0, 0, [], []);

    /// <param name="isOne">Whether a method is one of them.</param>
    public static MethodCalls Of(StackProfile profile, Func<string, bool> isOne)
    {
        bool[] ones = [.. profile.Methods.Select(isOne)];
        double[] seconds = profile.Seconds();
        double sum = 0;
        long running = 0, waiting = 0;
        Dictionary<string, double> callers = [], callees = [];
        for (int i = 0; i < seconds.Length; i++)
        {
            int[] frames = profile.Stacks[i].Frames;
            int outermost = Array.FindIndex(frames, frame => ones[frame]), innermost = Array.FindLastIndex(frames, frame => ones[frame]);
            if (outermost < 0) continue;
            running += profile.Stacks[i].Running;
            waiting += profile.Stacks[i].Waiting;
            if (seconds[i] == 0) continue;
            sum += seconds[i];
            Add(callers, outermost == 0 ? "" : profile.Methods[frames[outermost - 1]], seconds[i]);
            Add(callees, profile.Methods[frames[Math.Min(innermost + 1, frames.Length - 1)]], seconds[i]);
        }
        return new MethodCalls(sum, running, waiting, callers, callees);
    }

    private static void Add(Dictionary<string, double> seconds, string method, double more) => seconds[method] = seconds.GetValueOrDefault(method) + more;
}
