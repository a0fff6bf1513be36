using System.Globalization;
using Troubles;

// A program with one trouble, which is known: burn WAITING | gc | exceptions | convoy | starve | compress. Says "ready" when it has begun, and ends with its input.
int count = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 0;
Action trouble = args[0] switch
{
    "burn" => () => Burn.Begin(count),
    "gc" => Garbage.Begin,
    "exceptions" => Failures.Begin,
    "convoy" => Convoy.Begin,
    "starve" => Starvation.Begin,
    "compress" => Compression.Begin,
    _ => throw new ArgumentException(args[0]),
};
trouble();
Console.WriteLine("ready");
while (Console.In.ReadLine() is not null)
{
}
Environment.Exit(0);
