using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

/// <summary>What may go wrong at a receiver of OTLP for a while.</summary>
/// <param name="MayRepeat">Requests are taken whose answer is lost: their spans may come twice.</param>
internal sealed record ReceiverTrouble(string Name, Func<OtlpReceiver, Task> Begin, Func<OtlpReceiver, Task> End, bool MayRepeat = false)
{
    private const int ServiceUnavailable = 503, Unavailable = 14, SmallRequest = 4096, Refused = 3;

    /// <summary>Everything that we know of.</summary>
    /// <param name="timeout">Of the sender.</param>
    public static IEnumerable<ReceiverTrouble> All(bool grpc, TimeSpan timeout) =>
    [
        new("down", receiver => receiver.CloseAsync(), receiver => receiver.OpenAsync()),
        Failing(grpc ? "UNAVAILABLE" : "503", grpc ? OtlpFailure.GrpcStatus(Unavailable) : OtlpFailure.HttpStatus(ServiceUnavailable)),
        Failing("slow", OtlpFailure.Slow(timeout / 2)),
        Failing("without answer", OtlpFailure.Hang()),
        new("stopped", Signalled("STOP"), Signalled("CONT"), MayRepeat: true), // The kernel goes on taking what is sent to it.
        Failing("disconnecting", OtlpFailure.Drop()) with { MayRepeat = true },
        Failing("partial success", OtlpFailure.Partial(Refused) with { Signal = OtlpReceiverSignal.Traces }),
        Failing("413", OtlpFailure.TooLarge(SmallRequest)),
    ];

    private static ReceiverTrouble Failing(string name, OtlpFailure failure) => new(name, receiver => receiver.FailAsync(failure, failure.Times, failure.Signal), receiver => receiver.HealAsync());

    private static Func<OtlpReceiver, Task> Signalled(string signal) => receiver =>
    {
        receiver.Signal(signal);
        return Task.CompletedTask;
    };
}
