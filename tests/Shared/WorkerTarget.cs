namespace ProcessArsenal.Tests;

/// <summary>A run of tests/targets/Worker.</summary>
internal sealed class WorkerTarget : TargetProgram
{
    private WorkerTarget(string[] line)
        : base(line)
    {
    }

    /// <summary>Starts it on a runtime and waits until it is ready.</summary>
    /// <param name="framework">net8.0, net9.0 or net10.0.</param>
    public static Task<WorkerTarget> StartOn(string framework) => Ready(new WorkerTarget(Command("Worker", framework)));

    /// <summary>What it knows of itself.</summary>
    public async Task<WorkerReport> Report() => Read<WorkerReport>(await Ask("report"));
}

/// <summary>What a worker knows of itself.</summary>
/// <param name="Accepted">Jobs for which there was a place in the queue.</param>
/// <param name="Depth">Jobs that wait in it.</param>
/// <param name="Done">Jobs that are over, failed ones included.</param>
/// <param name="Balance">Those that went well, less those that failed.</param>
/// <param name="Collections">By generation, those of higher ones included.</param>
internal sealed record WorkerReport(int Pid, long Accepted, long Refused, long Depth, long Done, long Failed, long Balance, int[] Collections);
