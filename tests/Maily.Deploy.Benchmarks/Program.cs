using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using Maily.Deploy.Benchmarks;
using Maily.Deploy.Benchmarks.Bookkeeping;

// What has no other tool to be set against, but a limit of its own.
var isMeasured = args is ["--filter", "*"] or ["--bookkeeping"];
if (args is not ["--bookkeeping"])
    BenchmarkSwitcher.FromAssembly(typeof(Measuring).Assembly).Run(args, Measuring.Config());
if (!isMeasured)
    return 0;
void Say(string line) => ConsoleLogger.Default.WriteLineResult(line);
var isFlat = await MemoryOfAJournal.MeasureAsync(Say);
var isSmall = await ShareOfADeployment.MeasureAsync(Say);
return isFlat && isSmall ? 0 : 1;
