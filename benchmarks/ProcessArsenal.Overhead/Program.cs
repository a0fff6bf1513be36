using ProcessArsenal.Overhead;

// overhead pairs PROGRAM WEB.DLL CATALOGUE.DLL: see Pairs; exits with 1 if the bound is exceeded.
// overhead twins PROGRAM WEB.DLL CATALOGUE.DLL: see Twins; the same.
// overhead profile PROGRAM DOTNET-TRACE CATALOGUE.DLL: see Profiled; the same.
// overhead parts WEB.DLL: see Parts.
// overhead targets PROGRAM SHOP: see TargetCosts.
// overhead api CONTROL METRICS TOKENS: see ApiLoad; exits with 1 if an aim is not met.
// overhead webhook CONTROL TOKEN PID: see WebhookLoad; the same.
switch (args)
{
    case ["pairs", string exporter, string nearlyEmpty, string business]:
        return await Pairs.Run(exporter, nearlyEmpty, business);
    case ["twins", string listener, string light, string heavy]:
        return await Twins.Run(listener, light, heavy);
    case ["profile", string recorder, string peer, string profiled]:
        return await Profiled.Run(recorder, peer, profiled);
    case ["parts", string served]:
        return await Parts.Run(served);
    case ["targets", string program, string shop]:
        return await TargetCosts.Run(program, shop);
    case ["api", string control, string metrics, string tokens]:
        return await ApiLoad.Run(new Uri(control), new Uri(metrics), tokens);
    case ["webhook", string webhook, string token, string pid]:
        return await WebhookLoad.Run(new Uri(webhook), token, int.Parse(pid, System.Globalization.CultureInfo.InvariantCulture));
    default:
        Console.Error.WriteLine("What is to be measured? See Program.cs.");
        return 2;
}
