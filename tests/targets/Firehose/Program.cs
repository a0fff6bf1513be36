using System.Globalization;
using Firehose;

// A program that is watched and writes events at a steady rate. Says "ready", then obeys lines on its input, each answered by a line:
// pour RATE SECONDS: so many events a second, for so long, evenly by the millisecond. The answer is how many, and how many milliseconds it took.
Console.WriteLine("ready");
while (Console.ReadLine() is { } line)
{
    if (line.Split(' ') is not ["pour", string rate, string seconds])
    {
        Console.WriteLine("what?");
        continue;
    }
    int perSecond = int.Parse(rate, CultureInfo.InvariantCulture), all = perSecond * int.Parse(seconds, CultureInfo.InvariantCulture);
    long began = TimeProvider.System.GetTimestamp();
    double Milliseconds() => TimeProvider.System.GetElapsedTime(began).TotalMilliseconds;
    for (int written = 0; written < all; await Task.Delay(1))
    {
        int due = (int)Math.Min(all, Milliseconds() * perSecond / 1000);
        while (written < due) Hose.Log.Poured("water from the river", "to the garden behind the house", written++);
    }
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{all} {Milliseconds():F0}"));
}
