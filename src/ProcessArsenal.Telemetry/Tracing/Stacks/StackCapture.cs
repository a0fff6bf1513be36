using System.Buffers.Binary;
using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;
using ProcessArsenal.Telemetry.Tracing.Native;
using ProcessArsenal.Telemetry.Tracing.Profiles;

namespace ProcessArsenal.Telemetry.Tracing.Stacks;

/// <summary>Has a runtime tell once where each of its threads is: a session with its sampler, which ends as soon as it comes to a thread for the second time. While a sample is taken
/// all managed threads stand still, for some tens of microseconds each.</summary>
internal sealed class StackCapture
{
    /// <summary>Threads, addresses of a stack, and addresses of all: what a target tells has no bounds of its own.</summary>
    public const int MostThreads = 4096, Deepest = 1024, MostAddresses = 1 << 20;

    private const string Sampler = "Microsoft-DotNETCore-SampleProfiler";
    private const int BufferMegabytes = 16;

    /// <summary>How long is waited for the samples: a program all of whose threads are the runtime's own has none.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly Dictionary<long, ulong[]> _stacks = [];
    private readonly MethodTable _methods = new();
    private readonly TaskCompletionSource _round = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _addresses, _omitted;

    /// <param name="socket">To be held until it is done.</param>
    /// <param name="within">How long it may take in all.</param>
    /// <exception cref="TimeoutException">The target does not answer.</exception>
    /// <exception cref="DiagnosticsClientException">The target refuses, or is gone.</exception>
    /// <exception cref="OperationCanceledException"/>
    public static async Task<ThreadStacks> TakeAsync(DiagnosticSocket socket, TimeSpan within, TimeProvider time, CancellationToken cancellation)
    {
        long began = time.GetTimestamp();
        DateTimeOffset taken = time.GetUtcNow();
        var capture = new StackCapture();
        var configuration = new EventPipeSessionConfiguration([new EventPipeProvider(Sampler, EventLevel.Informational)], BufferMegabytes, requestRundown: true);
        TargetSession session = await TargetSession.StartAsync(socket, configuration, capture.Take, time, cancellation, keepsStacks: true).ConfigureAwait(false);
        string? broken;
        try
        {
            TimeSpan left = within - time.GetElapsedTime(began);
            using var enough = new CancellationTokenSource();
            await Task.WhenAny(capture._round.Task, session.Completion, Task.Delay(left < TimeSpan.Zero ? TimeSpan.Zero : left < Longest ? left : Longest, time, enough.Token)).ConfigureAwait(false);
            await enough.CancelAsync().ConfigureAwait(false);
        }
        finally
        {
            capture.End();
            TimeSpan left = within - time.GetElapsedTime(began);
            await session.EndAsync(left < TimeSpan.Zero ? TimeSpan.Zero : left).ConfigureAwait(false);
            broken = await session.Completion.ConfigureAwait(false);
        }
        if (broken is not null) throw new TimeoutException($"it ended, or broke off, before it had told what its methods are called: {broken.TrimEnd('.')}"); // Addresses are worth nothing to anybody.
        return capture.Result(taken) ?? throw new TimeoutException("its runtime tells of no thread, or of no method");
    }

    /// <summary>Takes an event: a sample of a thread, or what a method is called.</summary>
    internal void Take(in NetTraceEvent value, TraceHeader? header)
    {
        if (value.Metadata.Provider != Sampler)
        {
            _methods.Take(value, header);
            return;
        }
        lock (_gate)
        {
            if (_round.Task.IsCompleted || value.Stack.IsEmpty) return;
            long thread = (long)value.Thread;
            if (_stacks.ContainsKey(thread)) _round.TrySetResult();
            else if (_stacks.Count >= MostThreads || _addresses >= MostAddresses) _omitted++;
            else
            {
                ulong[] addresses = AddressesOf(value.Stack, header?.PointerSize ?? sizeof(ulong));
                _addresses += addresses.Length;
                _stacks[thread] = addresses;
            }
        }
    }

    /// <summary>No sample counts any more; what comes now are names.</summary>
    internal void End()
    {
        _round.TrySetResult();
        lock (_gate) _methods.Want(Wanted());
    }

    /// <returns>Null if there is no thread, or not one method has a name.</returns>
    internal ThreadStacks? Result(DateTimeOffset taken)
    {
        lock (_gate)
        {
            if (_stacks.Count == 0) return null;
            Dictionary<ulong, string> names = _methods.NamesOf(Wanted());
            if (names.Count == 0) return null;
            ThreadPlace[] stacks =
            [
                .. _stacks.Select(stack => (Thread: stack.Key, Frames: (string[])[.. stack.Value.Select(address => names.GetValueOrDefault(address, ThreadStacks.Unknown)).SkipWhile(WaitMethods.IsSampler)]))
                    .GroupBy(static stack => string.Join('\n', stack.Frames), StringComparer.Ordinal)
                    .Select(static same => new ThreadPlace([.. same.Select(static stack => stack.Thread).Order()], Waits(same.First().Frames), same.First().Frames))
                    .OrderByDescending(static stack => stack.Threads.Count).ThenBy(static stack => stack.Threads[0]),
            ];
            return new ThreadStacks(taken, _stacks.Count, stacks, _omitted > 0 ? _omitted : null);
        }
    }

    /// <summary>Callers are told by where they go on, which may be behind the end of a method that never does.</summary>
    private static ulong[] AddressesOf(ReadOnlySpan<byte> stack, int size)
    {
        var addresses = new ulong[Math.Min(stack.Length / size, Deepest)];
        for (int i = 0; i < addresses.Length; i++)
        {
            ReadOnlySpan<byte> one = stack.Slice(i * size, size);
            ulong address = size == sizeof(uint) ? BinaryPrimitives.ReadUInt32LittleEndian(one) : BinaryPrimitives.ReadUInt64LittleEndian(one);
            addresses[i] = i > 0 && address > 0 ? address - 1 : address;
        }
        return addresses;
    }

    private static bool? Waits(string[] frames) => frames is not [var innermost, ..] ? true : innermost == ThreadStacks.Unknown ? null : WaitMethods.Contains(innermost);

    private ulong[] Wanted() => [.. _stacks.Values.SelectMany(static stack => stack).Distinct().Order()];
}
