using System.Globalization;
using Troubles;

// A program with one trouble, which is known: burn WAITING | gc | exceptions | convoy | starve | leak KIND | fill MIB | compress. Says "ready" when it has begun, and ends
// with its input. A line "leak COUNT" has it keep so many more; "count" asks how many objects fill it.
int count = args.Length > 1 && int.TryParse(args[1], CultureInfo.InvariantCulture, out int number) ? number : 0;
int leaked = 0;
Action<int>? keep = null;
Action trouble = args[0] switch
{
    "burn" => () => Burn.Begin(count),
    "gc" => Garbage.Begin,
    "exceptions" => Failures.Begin,
    "convoy" => Convoy.Begin,
    "starve" => Starvation.Begin,
    "leak" => () => keep = Leaks.Find(args[1]),
    "fill" => () => Fill.Begin(count),
    "compress" => Compression.Begin,
    _ => throw new ArgumentException(args[0]),
};
trouble();
Console.WriteLine("ready");
while (Console.In.ReadLine() is { } line)
{
    if (line == "count") Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{{\"count\":{Fill.Count}}}"));
    if (keep is null || line.Split(' ') is not ["leak", var more]) continue;
    for (int end = leaked + int.Parse(more, CultureInfo.InvariantCulture); leaked < end; leaked++) keep(leaked);
    Console.WriteLine("done");
}
Environment.Exit(0);
