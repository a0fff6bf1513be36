using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using ProcessArsenal.Benchmarks;

if (args is ["events", string firehose]) return await EventCosts.Run(firehose);
// Its own program has all of ours to build, which takes more than the two minutes that it would wait where the compiler is started anew for each project.
BenchmarkSwitcher.FromAssembly(typeof(PageBenchmarks).Assembly).Run(args, ManualConfig.Create(DefaultConfig.Instance).WithBuildTimeout(TimeSpan.FromMinutes(10)));
return 0;
