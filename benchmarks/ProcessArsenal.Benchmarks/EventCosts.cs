using System.Diagnostics;
using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.Diagnostics.NETCore.Client;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;

namespace ProcessArsenal.Benchmarks;

/// <summary>CPU of an event: of a recording against TraceEvent, the two in turns in one run; and of a living program that writes as fast as it is told,
/// of which none may be lost. `make bench-events`.</summary>
internal static class EventCosts
{
    private const double MostMicroseconds = 1.5, LeastRatio = 2.5;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <param name="firehose">tests/targets/Firehose.</param>
    /// <returns>0 if all bounds are held.</returns>
    public static async Task<int> Run(string firehose)
    {
        bool recorded = await Recorded(Setting("ROUNDS", 15));
        bool lived = await Live(firehose, Setting("RATE", 100_000), Setting("POUR_SECONDS", 10), Setting("BUFFER", new DotnetOptions().BufferMegabytes));
        return recorded && lived ? 0 : 1;
    }

    private static async Task<bool> Recorded(int rounds)
    {
        var recording = new NetTraceBenchmarks();
        await recording.Setup();
        List<double> ours = [], theirs = [];
        for (int i = 0; i < rounds + 5; i++)
        {
            double us = await Cost(recording.Ours), them = await Cost(() => Task.FromResult(recording.Theirs()));
            if (i < 5) continue; // Compiled by now.
            ours.Add(us);
            theirs.Add(them);
        }
        double ratio = Median([.. theirs.Zip(ours, (them, us) => them / us)]);
        bool isHeld = Median(ours) <= MostMicroseconds && ratio >= LeastRatio;
        Say($"- recording of {NetTraceBenchmarks.Events:N0} events of meters, {rounds} rounds: {Median(ours):F3} us of CPU an event, TraceEvent {Median(theirs):F3} us (medians)");
        Say($"- {ratio:F1} times less; bounds {MostMicroseconds} us and {LeastRatio} times: {Verdict(isHeld)}");
        return isHeld;
    }

    /// <summary>Microseconds of CPU of this process for an event of the recording, collections of garbage included.</summary>
    private static async Task<double> Cost(Func<Task<double>> read)
    {
        GC.Collect();
        TimeSpan before = Environment.CpuUsage.TotalTime;
        await read();
        return (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / NetTraceBenchmarks.Events;
    }

    private static async Task<bool> Live(string program, int rate, int seconds, int buffer)
    {
        using Process target = Process.Start(new ProcessStartInfo("dotnet", [program]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await target.StandardOutput.ReadLineAsync();
        long taken = 0, sum = 0;
        void Take(in NetTraceEvent value, TraceHeader? header)
        {
            if (value.Metadata.Provider != "Firehose" || value.Metadata.EventId != 1) return;
            var cursor = new BinaryCursor(value.Payload);
            _ = cursor.ReadText();
            _ = cursor.ReadText();
            sum += cursor.ReadInt32();
            Interlocked.Increment(ref taken);
        }
        await using TargetSession session = await TargetSession.StartAsync(
            await Find(target.Id), Setting("RUNTIME", 10), [new EventPipeProvider("Firehose", EventLevel.Informational, -1)], buffer, Take, TimeProvider.System, CancellationToken.None);
        await Pour(target, rate, 1); // Both run warm.
        await Until(() => Interlocked.Read(ref taken) + session.Lost >= rate);
        long lost = session.Lost;
        (taken, sum) = (0, 0);
        TimeSpan before = Environment.CpuUsage.TotalTime, targets = target.TotalProcessorTime;
        string[] answer = await Pour(target, rate, seconds);
        long written = long.Parse(answer[0], CultureInfo.InvariantCulture);
        await Until(() => Interlocked.Read(ref taken) + session.Lost - lost >= written);
        lost = session.Lost - lost;
        TimeSpan used = Environment.CpuUsage.TotalTime - before;
        target.Refresh();
        TimeSpan theirs = target.TotalProcessorTime - targets;
        bool isHeld = lost == 0 && taken == written && sum == written * (written - 1) / 2 && used.TotalMicroseconds / taken <= MostMicroseconds;
        Say($"- live: {written:N0} events, {rate:N0} a second for {seconds} s (written in {answer[1]} ms), buffer of {buffer} MB: {taken:N0} read, {lost:N0} lost");
        Say($"- {used.TotalMicroseconds / taken:F3} us of our CPU an event, {theirs.TotalMicroseconds / written:F3} us of the target's; none lost, each once, and {MostMicroseconds} us: {Verdict(isHeld)}");
        target.StandardInput.Close();
        await target.WaitForExitAsync();
        return isHeld;
    }

    private static async Task<string[]> Pour(Process target, int rate, int seconds)
    {
        await target.StandardInput.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"pour {rate} {seconds}"));
        return (await target.StandardOutput.ReadLineAsync())!.Split(' ');
    }

    private static async Task<DiagnosticSocket> Find(int pid)
    {
        using ProcFs proc = ProcFs.Open();
        if (proc.OpenProcess(pid, out ProcessDirectory? directory) != ReadOutcome.Ok) throw new InvalidOperationException("The target has ended.");
        using (directory)
        {
            byte[] buffer = new byte[8192];
            directory!.ReadStat(buffer, out ProcStat stat, out _);
            directory.ReadStatus(buffer, out ProcStatus status);
            return (await DiagnosticSocket.FindAsync(directory, stat, status, CancellationToken.None)).Socket ?? throw new InvalidOperationException("It has no socket.");
        }
    }

    private static async Task Until(Func<bool> holds)
    {
        for (long began = TimeProvider.System.GetTimestamp(); !holds() && TimeProvider.System.GetElapsedTime(began) < Patience;) await Task.Delay(20);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static string Verdict(bool isHeld) => isHeld ? "held" : "EXCEEDED";

    private static void Say(FormattableString text) => Console.WriteLine(FormattableString.Invariant(text));

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
