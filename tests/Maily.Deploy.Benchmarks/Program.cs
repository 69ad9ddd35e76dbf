using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using Maily.Deploy.Benchmarks;
using Maily.Deploy.Benchmarks.Bookkeeping;
using Maily.Deploy.Benchmarks.Kubernetes;

if (args is [WholeDeployment.Argument, var kubeconfig, var folder, .. var regions])
    return await WholeDeployment.MainAsync(kubeconfig, folder, regions);
// What has no other tool to be set against, but a limit of its own.
var isMeasured = args is ["--filter", "*"] or ["--bookkeeping"];
var isSpread = args is ["--filter", "*"] or ["--regions"];
if (args is not (["--bookkeeping"] or ["--regions"]))
    BenchmarkSwitcher.FromAssembly(typeof(Measuring).Assembly).Run(args, Measuring.Config());
void Say(string line) => ConsoleLogger.Default.WriteLineResult(line);
var isQuick = !isSpread || await FiftyRegions.MeasureAsync(Say);
if (!isMeasured)
    return isQuick ? 0 : 1;
var isFlat = await MemoryOfAJournal.MeasureAsync(Say);
var isPrompt = await LimitsOfAJournal.MeasureAsync(Say);
var isSmall = await ShareOfADeployment.MeasureAsync(Say);
return isFlat && isPrompt && isSmall && isQuick ? 0 : 1;
