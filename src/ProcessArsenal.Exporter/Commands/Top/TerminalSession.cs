using System.Runtime.InteropServices;

namespace ProcessArsenal.Exporter.Commands.Top;

/// <summary>The terminal while it is ours: alternate screen, no cursor, no wrapping, keys at once. However it ends, the terminal is given back as
/// it was found; while we are stopped (Ctrl-Z) too.</summary>
internal sealed class TerminalSession : IDisposable
{
    // DECSET/DECRST: 1049 alternate screen, 25 cursor, 7 wrapping; ?1 and > leave the keypad as a shell expects it.
    private static ReadOnlySpan<byte> EnterScreen => "\e[?1049h\e[?25l\e[?7l"u8;

    private static ReadOnlySpan<byte> LeaveScreen => "\e[0m\e[?7h\e[?25h\e[?1049l\e[?1l\e>"u8;

    private readonly TerminalDevice _device;
    private readonly FramePainter _painter = new();
    private readonly Lock _lock = new();
    private readonly List<PosixSignalRegistration> _signals = [];
    private bool _isOurs;

    /// <param name="end">What to do when we are to end: the terminal was closed, or Ctrl-\ was pressed.</param>
    public TerminalSession(TerminalDevice device, Action end)
    {
        _device = device;
        On(PosixSignal.SIGWINCH, _ => device.Wake());
        On(PosixSignal.SIGTSTP, Stop);
        On(PosixSignal.SIGCONT, Continue);
        foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGHUP, PosixSignal.SIGQUIT])
        {
            On(signal, context =>
            {
                context.Cancel = true;
                end();
            });
        }
        Enter();
    }

    /// <summary>Columns and lines.</summary>
    public (int Width, int Height) Size => _device.Size() ?? (80, 24);

    /// <summary>The screen does not show what was last painted.</summary>
    public bool IsStale { get; private set; }

    public void Paint(Frame frame)
    {
        lock (_lock)
        {
            if (!_isOurs) return;
            _device.Send(_painter.Paint(frame));
            IsStale = false;
        }
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals) signal.Dispose();
        Leave();
    }

    private void Enter()
    {
        lock (_lock)
        {
            _device.ReadKeyByKey(); // Again even if it is ours: a shell sets modes of its own while we are stopped.
            if (!_isOurs) _device.Send(EnterScreen);
            _isOurs = true;
            _painter.Forget();
            IsStale = true;
        }
        _device.Wake();
    }

    private void Leave()
    {
        lock (_lock)
        {
            if (!_isOurs) return;
            _isOurs = false;
            _device.Send(LeaveScreen);
            _device.Restore();
        }
    }

    /// <summary>What the signal would have done, had it not to wait for the terminal to be given back; .NET does not do it.</summary>
    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        Leave();
        TerminalDevice.StopOurselves();
    }

    private void Continue(PosixSignalContext context)
    {
        context.Cancel = true; // .NET would set the modes that it knows of, after us.
        Enter();
    }

    private void On(PosixSignal signal, Action<PosixSignalContext> handler) => _signals.Add(PosixSignalRegistration.Create(signal, handler));
}
