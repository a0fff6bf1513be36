namespace ProcessArsenal.Telemetry.Analysis;

/// <summary>Change per second between two samples of one process. Null where either sample lacks the value.</summary>
public struct ProcessRates
{
    /// <summary>CPU in cores: 0.8 is 80 % of one.</summary>
    public double? Cpu;

    /// <summary>Bytes per second fetched from storage.</summary>
    public double? DiskRead;

    /// <summary>Bytes per second sent to storage.</summary>
    public double? DiskWrite;

    /// <summary>Major page faults per second.</summary>
    public double? MajorFaults;

    /// <summary>Seconds per second that its threads were runnable and had no CPU, summed over threads.</summary>
    public double? RunQueueWait;

    /// <summary>Seconds per second that its threads waited for block I/O, summed over threads.</summary>
    public double? BlockIoWait;
}
