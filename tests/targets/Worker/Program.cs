using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Worker;

// A background service that is watched. Says "ready", then obeys lines on its input, each answered by a line:
// good COUNT | bad COUNT | hold | go | collect | leak MB_A_MINUTE | sawtooth MB SECONDS | starve A_SECOND | report; its end ends it. A report is what it knows of itself.
HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
builder.Logging.ClearProviders();
builder.Services.AddSingleton<JobQueue>().AddSingleton<Processor>().AddHostedService(services => services.GetRequiredService<Processor>());
using IHost host = builder.Build();
JobQueue queue = host.Services.GetRequiredService<JobQueue>();
Processor processor = host.Services.GetRequiredService<Processor>();
await host.StartAsync();
Console.WriteLine("ready");

while (await Console.In.ReadLineAsync() is { } line)
{
    string[] words = line.Split(' ', 2);
    switch (words[0])
    {
        case "good" or "bad":
            for (int i = 0; i < int.Parse(words[1], CultureInfo.InvariantCulture); i++) queue.Offer(new Job(words[0] == "good"));
            Console.WriteLine("done");
            break;
        case "hold":
            processor.Hold();
            Console.WriteLine("done");
            break;
        case "go":
            processor.Go();
            Console.WriteLine("done");
            break;
        case "collect":
            GC.Collect();
            Console.WriteLine("done");
            break;
        case "leak":
            Illness.Leak(int.Parse(words[1], CultureInfo.InvariantCulture));
            Console.WriteLine("done");
            break;
        case "sawtooth":
            int[] size = [.. words[1].Split(' ').Select(static word => int.Parse(word, CultureInfo.InvariantCulture))];
            Illness.Sawtooth(size[0], size[1]);
            Console.WriteLine("done");
            break;
        case "starve":
            Illness.Starve(int.Parse(words[1], CultureInfo.InvariantCulture));
            Console.WriteLine("done");
            break;
        case "report":
            Console.WriteLine(Report.Text(queue, processor));
            break;
        default:
            Console.WriteLine("what?");
            break;
    }
}
await host.StopAsync();
