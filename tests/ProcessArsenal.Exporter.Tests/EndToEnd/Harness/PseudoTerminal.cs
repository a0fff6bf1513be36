using System.Diagnostics;
using System.Globalization;
using System.Text;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

/// <summary>A shell script on a terminal of its own, made by script(1) of Debian's bsdutils.</summary>
internal sealed class PseudoTerminal : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _all = new();
    private readonly ScreenReader _screen;
    private readonly Task _reading;

    private PseudoTerminal(Process process, int width, int height)
    {
        _process = process;
        _screen = new ScreenReader(width, height);
        _reading = Read();
    }

    /// <param name="line">For sh: what runs on the terminal.</param>
    public static PseudoTerminal Start(string line, int width, int height, params (string Name, string Value)[] environment)
    {
        ProcessStartInfo start = new("script")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = new UTF8Encoding(false),
        };
        string sized = string.Create(CultureInfo.InvariantCulture, $"stty cols {width} rows {height}; {line}");
        foreach (string argument in (string[])["--quiet", "--return", "--command", sized, "/dev/null"]) start.ArgumentList.Add(argument);
        start.Environment["TERM"] = "xterm-256color";
        start.Environment["SHELL"] = "/bin/sh";
        start.Environment.Remove("NO_COLOR");
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        return new PseudoTerminal(Process.Start(start)!, width, height);
    }

    /// <summary>All that was sent to the terminal so far.</summary>
    public string Output
    {
        get
        {
            lock (_all) return _all.ToString();
        }
    }

    /// <summary>Asks something of the screen as it is now.</summary>
    public T Look<T>(Func<ScreenReader, T> ask)
    {
        lock (_all) return ask(_screen);
    }

    public Task Shows(string what, Func<ScreenReader, bool> holds) =>
        Eventually.True(what, () => Task.FromResult(Look(holds)), () => Look(screen => screen.Text));

    public async Task Type(string keys)
    {
        await _process.StandardInput.WriteAsync(keys);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Waits for the script to end by itself.</summary>
    public async Task<int> Ended()
    {
        await _process.WaitForExitAsync().WaitAsync(Eventually.Patience);
        await _reading;
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Signals.Send(_process, Signals.Terminate);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task Read()
    {
        char[] buffer = new char[4096];
        int length;
        while ((length = await _process.StandardOutput.ReadAsync(buffer)) > 0)
        {
            lock (_all)
            {
                _all.Append(buffer, 0, length);
                _screen.Feed(new string(buffer, 0, length));
            }
        }
    }
}
