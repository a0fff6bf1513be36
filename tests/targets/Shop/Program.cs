using System.Globalization;
using System.Text.Json;
using Shop;

// A program that is watched. Says "ready", then obeys lines on its input, each answered by a line:
// order COUNT CITY | take COUNT SECONDS CITY | collect | throw COUNT | rethrow COUNT WHY | trade COUNT | report; its end ends it. A report is what it
// knows of itself; the answer to trade is what is in the spans that it made.
// --for MILLISECONDS: it takes an order now and then for so long, and ends without having asked for anything.
// --throw COUNT: so many exceptions before it is ready.
using var store = new Store();
if (args is ["--throw", string thrown])
    for (int i = 0; i < int.Parse(thrown, CultureInfo.InvariantCulture); i++) Store.Refuse();
using var trader = new Trader();
Console.WriteLine("ready");
if (args is ["--for", string milliseconds])
{
    TimeSpan time = TimeSpan.FromMilliseconds(int.Parse(milliseconds, CultureInfo.InvariantCulture));
    for (long began = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(began) < time; await Task.Delay(20)) store.Order("Eile", 0.02);
    return;
}
while (Console.ReadLine() is { } line)
{
    string[] words = line.Split(' ', 3);
    switch (words[0])
    {
        case "order":
            for (int i = 0; i < int.Parse(words[1], CultureInfo.InvariantCulture); i++) store.Order(words[2], (i % 100) / 1000.0);
            Console.WriteLine("done");
            break;
        case "take":
            string[] order = words[2].Split(' ', 2);
            for (int i = 0; i < int.Parse(words[1], CultureInfo.InvariantCulture); i++) store.Order(order[1], double.Parse(order[0], CultureInfo.InvariantCulture));
            Console.WriteLine("done");
            break;
        case "collect":
            GC.Collect();
            Console.WriteLine("done");
            break;
        case "throw":
            for (int i = 0; i < int.Parse(words[1], CultureInfo.InvariantCulture); i++) Store.Refuse();
            Console.WriteLine("done");
            break;
        case "rethrow":
            for (int i = 0; i < int.Parse(words[1], CultureInfo.InvariantCulture); i++) Store.RefuseAgain(words[2]);
            Console.WriteLine("done");
            break;
        case "trade":
            Console.WriteLine(JsonSerializer.Serialize(Enumerable.Range(0, int.Parse(words[1], CultureInfo.InvariantCulture)).SelectMany(trader.Trade)));
            break;
        case "report":
            string exceptions = string.Join(",", store.Exceptions.Select(pair => $"\"{pair.Key}\":{pair.Value}"));
            Console.WriteLine(
                $"{{\"orders\":{store.Orders},\"collections\":{GC.CollectionCount(0)},\"gen2\":{GC.CollectionCount(2)},\"pid\":{Environment.ProcessId},\"exceptions\":{{{exceptions}}}}}");
            break;
        default:
            Console.WriteLine("what?");
            break;
    }
}
