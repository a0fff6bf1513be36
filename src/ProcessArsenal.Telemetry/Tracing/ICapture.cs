namespace ProcessArsenal.Telemetry.Tracing;

/// <summary>A recording that goes on: of what a runtime tells, or of where the kernel finds threads.</summary>
internal interface ICapture : IAsyncDisposable
{
    /// <summary>Ends with it. Never fails.</summary>
    Task<CaptureEnd> Completion { get; }

    /// <summary>Events so far; or samples.</summary>
    long Events { get; }

    /// <summary>Bytes of the file so far.</summary>
    long Bytes { get; }

    /// <summary>Bytes of the file, from its beginning, that were whole and made sense.</summary>
    long WholeBytes { get; }

    /// <summary>Ends it before its time.</summary>
    void Stop(CaptureReason reason = CaptureReason.Asked);
}
