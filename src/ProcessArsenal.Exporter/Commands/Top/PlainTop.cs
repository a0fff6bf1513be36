namespace ProcessArsenal.Exporter.Commands.Top;

/// <summary>Listings as plain text, one after the other.</summary>
internal static class PlainTop
{
    public static async Task RunAsync(
        TopSampler sampler, TopState state, int iterations, TextWriter output, TimeProvider time, CancellationToken cancellation)
    {
        var screen = new TopScreen(new Frame(StyleSupport.None), time.LocalTimeZone);
        var listing = new Listing();
        sampler.Sample().Dispose();
        TimeSpan wait = TopSampler.FirstInterval;
        for (int i = 0; i < iterations; i++)
        {
            await Task.Delay(wait, time, cancellation).ConfigureAwait(false);
            wait = state.Interval;
            string text;
            using (TopSample sample = sampler.Sample())
            {
                listing.Build(sample.Snapshot.Processes, state);
                screen.DrawAll(sample.Snapshot.Processes, sample.Host, sample.Snapshot.RecentExits, listing, state, Terminal.Width);
                text = Text(screen.Frame);
            }
            await output.WriteAsync((i > 0 ? "\n" : "") + text).ConfigureAwait(false);
            await output.FlushAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Every line with its end.</summary>
    internal static string Text(Frame frame)
    {
        var text = new System.Text.StringBuilder();
        for (int i = 0; i < frame.LineCount; i++) text.Append(frame.Line(i)).Append('\n');
        return text.ToString();
    }
}
