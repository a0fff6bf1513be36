using ProcessArsenal.Control.Supervision;

// An exporter that does nothing but supervise, to be killed: Supervise STATE_DIRECTORY NAME COMMAND... It says who the child is, each time that changes.
var child = new ChildSpec(args[1], args[2..]) { StopTimeout = TimeSpan.FromSeconds(5) };
string? last = null;
await using SupervisorSet supervision = SupervisorSet.Start(args[0], [new SupervisorSpec("shop", [child])], TimeProvider.System, view =>
{
    string now = view.Children[0].State == ChildState.Running ? $"{view.Children[0].Identity}" : "";
    if (now.Length == 0 || now == last) return;
    Console.WriteLine(last = now);
});
await Console.In.ReadToEndAsync();
