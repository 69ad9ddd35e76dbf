using BenchmarkDotNet.Running;
using Maily.Deploy.Benchmarks;

BenchmarkSwitcher.FromAssembly(typeof(Measuring).Assembly).Run(args, Measuring.Config());
