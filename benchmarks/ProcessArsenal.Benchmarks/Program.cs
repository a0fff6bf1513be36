using BenchmarkDotNet.Running;

BenchmarkSwitcher.FromAssembly(typeof(ProcessArsenal.Benchmarks.PageBenchmarks).Assembly).Run(args);
