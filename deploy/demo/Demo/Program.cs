// The demo (make demo): a service leaks, Prometheus notices, a pair of Alertmanagers says so, and the exporter heals it. Everything runs in a directory of its own,
// on free ports of the loopback, and is ended by its pid when this ends. DEMO_FAST=1: what takes time for the eye is left out. KEEP=1: goes on until Ctrl-C.
using System.Runtime.InteropServices;
using ProcessArsenal.Demo;

using var stop = new CancellationTokenSource();
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop), terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop), hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
var teller = new Teller(Console.Out, TimeProvider.System);
var settings = Settings.FromEnvironment();
await using var stage = new Stage(settings, teller);
try
{
    await stage.BeginAsync(stop.Token);
    var story = new Story(stage, teller);
    await story.TellAsync(stop.Token);
    await story.SumUpAsync(stop.Token);
    if (settings.Keep) await story.GoOnAsync(stop.Token);
    return 0;
}
catch (StoryException e)
{
    teller.Failed(e.Message, stage.LastWords());
    return 1;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    teller.Say("");
    teller.Say("Told to end.");
    return settings.Keep ? 0 : 130;
}

void Stop(PosixSignalContext context)
{
    context.Cancel = true; // The end is ours: what was started has to be ended.
    stop.Cancel();
}
