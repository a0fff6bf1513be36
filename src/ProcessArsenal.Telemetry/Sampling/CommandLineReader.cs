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
    private Worker? _worker;
    private ProcessDirectory? _begun;
    private readonly List<Worker> _stuck = [];

    /// <param name="capacity">Most bytes to read of one.</param>
    public CommandLineReader(int capacity) => _capacity = capacity;

    /// <summary>Begins to read one, so that it is there when <see cref="Read"/> asks for it: the two threads work side by side.</summary>
    public void Begin(ProcessDirectory directory)
    {
        if (_begun is not null) Finish(); // Nobody asked for that one any more.
        _stuck.RemoveAll(static worker => worker.HasComeBack);
        foreach (Worker stuck in _stuck)
            if (stuck.Pid == directory.Pid) return; // One thread a process is enough.
        if (_worker is null && _stuck.Count >= MostStuck) return;
        _worker ??= new Worker(_capacity);
        _worker.Begin(directory);
        _begun = directory;
    }

    /// <summary>As <see cref="ProcessDirectory.ReadCommandLine"/>; Malformed if it does not come in time.</summary>
    public ReadOutcome Read(ProcessDirectory directory, Span<byte> buffer, out int length)
    {
        length = 0;
        if (_begun != directory) Begin(directory);
        if (_begun is null || !Finish()) return ReadOutcome.Malformed;
        length = _worker!.Length;
        _worker.Buffer.AsSpan(0, length).CopyTo(buffer);
        return _worker.Outcome;
    }

    public void Dispose() => _worker?.Dispose();

    /// <returns>False if it did not come in time.</returns>
    private bool Finish()
    {
        _begun = null;
        if (_worker!.TryFinish(Deadline)) return true;
        _stuck.Add(_worker); // It ends when it comes back.
        _worker = null;
        return false;
    }

    private sealed class Worker : IDisposable
    {
        // Not the slim kind: it spins before it sleeps, and the other side has a system call to make.
        private readonly AutoResetEvent _asked = new(false);
        private readonly AutoResetEvent _answered = new(false);
        private ProcessDirectory? _directory;

        /// <summary>Who decides what becomes of an answer: the first to set it to 1.</summary>
        private int _settled;

        private bool _hasComeBack;

        public Worker(int capacity)
        {
            Buffer = new byte[capacity];
            new Thread(Run, 128 * 1024) { IsBackground = true, Name = "command lines" }.Start();
        }

        /// <summary>Whose command line it was asked for last.</summary>
        public int Pid { get; private set; }

        /// <summary>After it was left behind: it has ended.</summary>
        public bool HasComeBack { get => Volatile.Read(ref _hasComeBack); private set => Volatile.Write(ref _hasComeBack, value); }

        public byte[] Buffer { get; }

        public int Length { get; private set; }

        public ReadOutcome Outcome { get; private set; }

        public void Begin(ProcessDirectory directory)
        {
            _directory = directory;
            Pid = directory.Pid;
            Volatile.Write(ref _settled, 0);
            _asked.Set();
        }

        public bool TryFinish(TimeSpan deadline)
        {
            if (_answered.WaitOne(deadline)) return true;
            if (Interlocked.Exchange(ref _settled, 1) == 0) return false;
            // It came back just now, and its answer is on the way.
            _answered.WaitOne();
            return true;
        }

        /// <summary>Ends the thread.</summary>
        public void Dispose()
        {
            _directory = null;
            _asked.Set();
        }

        private void Run()
        {
            while (true)
            {
                _asked.WaitOne();
                if (_directory is not { } directory) break;
                Outcome = directory.ReadCommandLine(Buffer, out int length);
                Length = length;
                if (Interlocked.Exchange(ref _settled, 1) == 1)
                {
                    HasComeBack = true; // Left behind: nobody waits for us any more.
                    break;
                }
                _answered.Set();
            }
            _asked.Dispose();
            _answered.Dispose();
        }
    }
}
