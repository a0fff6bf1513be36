using BenchmarkDotNet.Running;
using ProcessArsenal.Benchmarks;

if (args is ["events", string firehose]) return await EventCosts.Run(firehose);
BenchmarkSwitcher.FromAssembly(typeof(PageBenchmarks).Assembly).Run(args);
return 0;
