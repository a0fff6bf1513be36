using System.Globalization;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Win32.SafeHandles;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.Inspection;
using ProcessArsenal.Telemetry.Tracing.Native.Symbols;

namespace ProcessArsenal.Telemetry.Tracing.Native;

/// <summary>Has the kernel sample a process, whatever it was written in, and writes a <see cref="NativeProfile"/>. Ends by itself.</summary>
internal sealed class NativeCapture : ICapture
{
    private const int MostThreads = 2048;

    /// <summary>Files of which is said why nothing is known of them.</summary>
    private const int MostNotes = 10;

    /// <summary>Nanoseconds that a record may take from its time to where we read it.</summary>
    private const ulong Margin = 5_000_000;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50), LookForEnd = TimeSpan.FromMilliseconds(200), MapsPatience = TimeSpan.FromSeconds(2);

    private readonly NativeOptions _options;
    private readonly ProcessDirectory _directory;
    private readonly PerfEvents _events;
    private readonly PerfSampling _sampling;
    private readonly SampleReader _reader;
    private readonly MappedFiles _files;
    private readonly TimeProvider _time;
    private readonly long _began;
    private readonly DateTimeOffset _beganAt;
    private readonly List<string> _notes = [];
    private readonly TaskCompletionSource<CaptureReason> _sampled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ManagedMethods? _managed;
    private SafeFileHandle? _perfMap;
    private long _bytes;
    private int _over = -1;

    private NativeCapture(ProcessDirectory directory, NativeOptions options, PerfEvents events, PerfSampling sampling, MappedFiles files, ulong mapsAt, TimeProvider time)
    {
        (_directory, _options, _events, _sampling, _files, _time) = (directory, options, events, sampling, files, time);
        _reader = new SampleReader(directory.Pid, files, mapsAt, options.OfWaits);
        _began = time.GetTimestamp();
        _beganAt = time.GetUtcNow();
    }

    public Task<CaptureEnd> Completion { get; private set; } = null!;

    public long Events => _reader.Samples;

    public long Bytes => Interlocked.Read(ref _bytes);

    public long WholeBytes => Bytes;

    /// <summary>Begins one.</summary>
    /// <param name="directory">Of the process; to be held until <see cref="Completion"/>.</param>
    /// <param name="socket">Where its runtime is asked for its methods, to be held likewise; null if it has none.</param>
    /// <param name="file">Written to at the end, and not disposed.</param>
    /// <exception cref="PerfRefusedException">It can't be sampled.</exception>
    public static async Task<NativeCapture> StartAsync(ProcessDirectory directory, DiagnosticSocket? socket, NativeOptions options, Stream file, TimeProvider time, CancellationToken cancellation)
    {
        PerfSampling sampling = options.ToSampling(ProcessorSet.Online().Count);
        PerfEvents events = Open(directory, options, sampling);
        MappedFiles? files = null;
        ManagedMethods? managed = null;
        NativeCapture? capture = null;
        var notes = new List<string>();
        try
        {
            // First, as it is the program itself that begins a session: that is not to be in its profile.
            if (socket is not null) managed = await ListenAsync(socket, notes, time, cancellation).ConfigureAwait(false);
            events.Begin();
            ulong mapsAt = KernelClock.MonotonicNanoseconds(); // What the kernel tells from here on is newer than what is read.
            files = ReadMaps(directory);
            capture = new NativeCapture(directory, options, events, sampling, files, mapsAt, time) { _managed = managed };
            capture._notes.AddRange(notes);
            if (!events.IsSystemWide && !options.OfWaits) capture._notes.Add("single threads were sampled, which costs the process time at each of its context switches: with CAP_PERFMON, or kernel.perf_event_paranoid of 0 or less, processors are");
            if (!events.SeesKernel) capture._notes.Add(string.Create(CultureInfo.InvariantCulture, $"what the kernel does for the process is not seen, and its time is in nothing here: that takes CAP_PERFMON, or kernel.perf_event_paranoid of 1 or less (it is {PerfEvents.Paranoid()})"));
            if (files.IsEmpty) capture._notes.Add("its main thread has ended, so that its files can't be reached, and its functions have no names");
            capture.OpenPerfMap();
            new Thread(capture.Sample) { IsBackground = true, Name = "native profile" }.Start();
            capture.Completion = capture.FinishAsync(file);
            return capture;
        }
        catch
        {
            events.Dispose();
            files?.Dispose();
            capture?._perfMap?.Dispose();
            if (managed is not null) await managed.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public void Stop(CaptureReason reason = CaptureReason.Asked) => Interlocked.CompareExchange(ref _over, (int)reason, -1);

    public async ValueTask DisposeAsync()
    {
        Stop();
        _ = await Completion.ConfigureAwait(false);
    }

    private static PerfEvents Open(ProcessDirectory directory, NativeOptions options, PerfSampling sampling)
    {
        int error = 0;
        // Where threads wait is told by each one's own events: those of a processor would be all that happens on it.
        if (!options.OfWaits && PerfEvents.OpenSystemWide(sampling, out error) is { } all) return all;
        byte[] buffer = new byte[8192];
        var threads = new List<int>();
        if (directory.ListThreads(buffer, threads, MostThreads, out int count) != ReadOutcome.Ok || directory.ReadStatus(buffer, out ProcStatus status) != ReadOutcome.Ok) throw new PerfRefusedException("it has ended");
        if (count > MostThreads) throw new PerfRefusedException(PerfRefusal.Of(24, PerfEvents.Paranoid(), isOwn: true, options.OfWaits));
        return PerfEvents.OpenThreads(sampling, threads, out error) ?? throw new PerfRefusedException(PerfRefusal.Of(error, PerfEvents.Paranoid(), status.EffectiveUserId == OwnFile.UserId, options.OfWaits));
    }

    private static MappedFiles ReadMaps(ProcessDirectory directory)
    {
        var files = new MappedFiles(directory);
        if (!Blocking.TryRead(files.Load, MapsPatience, out ReadOutcome outcome)) throw new PerfRefusedException("its memory map can't be read: it holds its lock, or too many wait for others");
        return outcome switch
        {
            ReadOutcome.Ok => files,
            ReadOutcome.Denied => throw new PerfRefusedException("its memory map can't be read: that takes the same user, root, or CAP_SYS_PTRACE"),
            _ => throw new PerfRefusedException("it has ended"),
        };
    }

    private void OpenPerfMap()
    {
        byte[] buffer = new byte[8192];
        if (_directory.ReadStatus(buffer, out ProcStatus status) != ReadOutcome.Ok) return;
        _perfMap = PerfMap.Open(_directory, status.InnermostPid > 0 ? status.InnermostPid : _directory.Pid, status.EffectiveUserId, out string? refused);
        if (refused is not null) _notes.Add($"its perf map is not used: {refused}");
    }

    /// <returns>Null if it does not answer; a note says so.</returns>
    private static async Task<ManagedMethods?> ListenAsync(DiagnosticSocket socket, List<string> notes, TimeProvider time, CancellationToken cancellation)
    {
        try
        {
            return await ManagedMethods.StartAsync(socket, time, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or DiagnosticsClientException or IOException)
        {
            notes.Add($"its runtime does not tell what its methods are called: {e.Message.TrimEnd('.')}");
            return null;
        }
    }

    private void Sample()
    {
        CaptureReason reason = CaptureReason.Target;
        try
        {
            byte[] buffer = new byte[8192];
            long looked = _began;
            while (true)
            {
                _events.Wait(Look);
                ulong began = KernelClock.MonotonicNanoseconds();
                _events.Drain(_directory.Pid, _reader.Take);
                _reader.Settle(began - Margin);
                _events.Vary();
                if (Volatile.Read(ref _over) is >= 0 and int asked) reason = (CaptureReason)asked;
                else if (_time.GetElapsedTime(_began) >= _options.Duration) reason = CaptureReason.Duration;
                else if (_reader.Samples >= _options.MostEvents) reason = CaptureReason.Events;
                else if (_time.GetElapsedTime(looked) < LookForEnd) continue;
                else if (!HasEnded(buffer))
                {
                    looked = _time.GetTimestamp();
                    continue;
                }
                _events.Drain(_directory.Pid, _reader.Take);
                _reader.Settle(ulong.MaxValue);
                break;
            }
            _sampled.SetResult(reason);
        }
        catch (Exception e)
        {
            _sampled.SetException(e);
        }
        finally
        {
            _events.Dispose();
        }
    }

    private bool HasEnded(byte[] buffer) => _directory.ReadStat(buffer, out ProcStat stat, out _) == ReadOutcome.Gone || stat.IsZombie;

    private async Task<CaptureEnd> FinishAsync(Stream file)
    {
        CaptureReason reason = CaptureReason.Target;
        string? wrong = null;
        TimeSpan duration = TimeSpan.Zero;
        try
        {
            reason = await _sampled.Task.ConfigureAwait(false);
            duration = _time.GetElapsedTime(_began);
            NativeProfile profile = await MakeAsync(duration).ConfigureAwait(false);
            using var packed = new MemoryStream(); // Its stacks are bounded, and it is packed: some MiB.
            await Task.Run(() => profile.Write(packed)).ConfigureAwait(false);
            if (packed.Length > _options.MostBytes)
            {
                (reason, wrong) = (CaptureReason.Bytes, string.Create(CultureInfo.InvariantCulture, $"it has {packed.Length} bytes, and may have {_options.MostBytes}: ask for more with max_bytes"));
            }
            else
            {
                packed.WriteTo(file);
                Interlocked.Exchange(ref _bytes, packed.Length);
            }
        }
        catch (Exception e)
        {
            if (e is IOException) reason = CaptureReason.Unwritable;
            wrong = e.Message; // Whatever it is, it ends this recording and no other.
        }
        finally
        {
            if (_managed is not null) await _managed.DisposeAsync().ConfigureAwait(false);
            _files.Dispose();
            _perfMap?.Dispose();
        }
        return new CaptureEnd(reason, duration, Bytes, _reader.Samples, _reader.Lost + _reader.Stacks.Dropped, wrong);
    }

    private async Task<NativeProfile> MakeAsync(TimeSpan duration)
    {
        if (_perfMap is null) OpenPerfMap(); // It may have been made meanwhile.
        var symbols = new ProcessSymbols(_directory, _files, _managed, _perfMap);
        Dictionary<ulong, string> names = await symbols.NameAsync(StackNaming.CodesOf(_reader.Stacks)).ConfigureAwait(false);
        (IReadOnlyList<string> methods, IReadOnlyList<NativeStack> stacks) = StackNaming.Fold(_reader.Stacks, names);
        MappedFile[] refused = [.. _files.Files.Where(static file => file.Refused is not null && !file.IsMemory)];
        foreach (MappedFile file in refused.Take(MostNotes)) _notes.Add($"nothing is known of the functions of {Text.Quoting.Cap(file.Name, ModuleNames.Longest)}: it {file.Refused}");
        if (refused.Length > MostNotes) _notes.Add(string.Create(CultureInfo.InvariantCulture, $"nor of those of {refused.Length - MostNotes} other files"));
        if (_managed is { Dropped: > 0 } many) _notes.Add(string.Create(CultureInfo.InvariantCulture, $"{many.Dropped} methods of its runtime have no names here: more than {MethodTable.Most} are not kept"));
        return new NativeProfile
        {
            OfWaits = _options.OfWaits,
            Began = _beganAt,
            Duration = duration.TotalSeconds,
            Interval = _options.OfWaits ? 1e-6 : _sampling.Interval.TotalSeconds,
            Pid = _directory.Pid,
            Samples = _reader.Samples - (_options.OfWaits ? 0 : _reader.Stacks.Dropped),
            Lost = _reader.Lost,
            Dropped = _reader.Stacks.Dropped,
            Notes = [.. _notes.Distinct()],
            Methods = methods,
            Stacks = stacks,
        };
    }
}
