using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>Reads command lines with a deadline. The kernel reads them out of the target's memory and waits for its mmap lock, which a target
/// in trouble can hold for minutes (that is why ps hangs then); nothing but a fatal signal ends the wait. So a thread of its own does it,
/// and is left behind if it does not come back. Used by one thread.</summary>
internal sealed class CommandLineReader : IDisposable
{
    /// <summary>How many may be left behind at once; after that, none is read until one comes back.</summary>
    public const int MostStuck = 4;

    private static readonly TimeSpan Deadline = TimeSpan.FromMilliseconds(500);

    private readonly int _capacity;
    private Worker? _idle;
    private int _stuck;

    /// <param name="capacity">Most bytes to read of one.</param>
    public CommandLineReader(int capacity) => _capacity = capacity;

    /// <summary>As <see cref="ProcessDirectory.ReadCommandLine"/>; Malformed if it does not come in time.</summary>
    public ReadOutcome Read(ProcessDirectory directory, Span<byte> buffer, out int length)
    {
        length = 0;
        if (_idle is null && Volatile.Read(ref _stuck) >= MostStuck) return ReadOutcome.Malformed;
        Worker worker = _idle ?? new Worker(this, _capacity);
        _idle = null;
        if (!worker.TryRead(directory, Deadline)) return ReadOutcome.Malformed; // It counts itself as stuck, and ends when it comes back.
        _idle = worker;
        length = worker.Length;
        worker.Buffer.AsSpan(0, length).CopyTo(buffer);
        return worker.Outcome;
    }

    public void Dispose() => _idle?.Dispose();

    private sealed class Worker : IDisposable
    {
        private readonly CommandLineReader _owner;
        private readonly SemaphoreSlim _asked = new(0);
        private readonly SemaphoreSlim _answered = new(0);
        private ProcessDirectory? _directory;

        /// <summary>Who decides what becomes of an answer: the first to set it to 1.</summary>
        private int _settled;

        public Worker(CommandLineReader owner, int capacity)
        {
            _owner = owner;
            Buffer = new byte[capacity];
            new Thread(Run, 128 * 1024) { IsBackground = true, Name = "command lines" }.Start();
        }

        public byte[] Buffer { get; }

        public int Length { get; private set; }

        public ReadOutcome Outcome { get; private set; }

        public bool TryRead(ProcessDirectory directory, TimeSpan deadline)
        {
            _directory = directory;
            Volatile.Write(ref _settled, 0);
            _asked.Release();
            if (_answered.Wait(deadline)) return true;
            Interlocked.Increment(ref _owner._stuck);
            if (Interlocked.Exchange(ref _settled, 1) == 0) return false;
            // It came back just now, and its answer is on the way.
            Interlocked.Decrement(ref _owner._stuck);
            _answered.Wait();
            return true;
        }

        /// <summary>Ends the thread.</summary>
        public void Dispose()
        {
            _directory = null;
            _asked.Release();
        }

        private void Run()
        {
            while (true)
            {
                _asked.Wait();
                if (_directory is not { } directory) break;
                Outcome = directory.ReadCommandLine(Buffer, out int length);
                Length = length;
                if (Interlocked.Exchange(ref _settled, 1) == 1)
                {
                    Interlocked.Decrement(ref _owner._stuck); // Left behind: nobody waits for us any more.
                    break;
                }
                _answered.Release();
            }
            _asked.Dispose();
            _answered.Dispose();
        }
    }
}
