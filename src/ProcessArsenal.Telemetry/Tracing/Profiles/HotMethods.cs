namespace ProcessArsenal.Telemetry.Tracing.Profiles;

/// <summary>A method with the CPU time that was spent in it.</summary>
/// <param name="Exclusive">Seconds in the method itself.</param>
/// <param name="Inclusive">Seconds in it and in what it called; once where it calls itself.</param>
/// <param name="ExclusivePart">0 to 1, of all CPU time.</param>
/// <param name="InclusivePart">0 to 1.</param>
public sealed record HotMethod(string Method, double Exclusive, double Inclusive, double ExclusivePart, double InclusivePart);

/// <summary>Where CPU time went, by method.</summary>
internal static class HotMethods
{
    /// <returns>The most exclusive first.</returns>
    public static IReadOnlyList<HotMethod> Of(StackProfile profile, int most)
    {
        double[] seconds = profile.Seconds(), exclusive = new double[profile.Methods.Count], inclusive = new double[profile.Methods.Count];
        int[] seen = new int[profile.Methods.Count];
        for (int i = 0; i < seconds.Length; i++)
        {
            int[] frames = profile.Stacks[i].Frames;
            if (seconds[i] == 0 || frames.Length == 0) continue;
            exclusive[frames[^1]] += seconds[i];
            foreach (int frame in frames)
            {
                if (seen[frame] == i + 1) continue;
                seen[frame] = i + 1;
                inclusive[frame] += seconds[i];
            }
        }
        double all = Math.Max(double.Epsilon, seconds.Sum());
        return [.. Enumerable.Range(0, exclusive.Length).Where(method => inclusive[method] > 0)
            .OrderByDescending(method => exclusive[method]).ThenByDescending(method => inclusive[method]).ThenBy(method => profile.Methods[method], StringComparer.Ordinal).Take(most)
            .Select(method => new HotMethod(profile.Methods[method], exclusive[method], inclusive[method], exclusive[method] / all, inclusive[method] / all))];
    }
}
