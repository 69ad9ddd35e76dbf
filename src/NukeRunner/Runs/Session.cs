using System.Linq.Expressions;
using System.Runtime.InteropServices;
using Nuke.Common;
using Nuke.Common.CI.GitHubActions;
using Nuke.Common.Execution;
using Nuke.Common.IO;
using Nuke.Common.ValueInjection;
using NukeRunner.Help;
using NukeRunner.Output;
using NukeRunner.Parameters;
using NukeRunner.Planning;

namespace NukeRunner.Runs;

/// <summary>One run: what was asked for is answered, or the plan is run.</summary>
internal sealed class Session(BuildRun run, NukeBuild build, IReadOnlyList<Expression> defaults)
{
    readonly Options options = run.Options;

    public int Run()
    {
        run.Hooks = Hooks.Of(build);
        var parameters = ParameterMember.AllOf(build.GetType());
        build.NoLogo = options.NoLogo;
        var targets = TargetFactory.CreateAll(build, defaults);
        if (options.Complete)
            return Answer(Completion.Candidates(run.CommandLine, targets, parameters, build));
        if (options.ShellCompletion is { } shell)
            return Answer(Completion.Script(shell));
        UnknownParameters.Refuse(run.CommandLine, parameters);
        if (!options.NoLogo)
            run.Output.Lines([$"NukeRunner for NUKE 10.1 builds ({Platform}, {RuntimeInformation.FrameworkDescription})"]);
        if (options.Help)
            return Answer(["", .. HelpText.Write(targets, parameters)]);
        if (options.GenerateConfiguration is { } id)
            return Answer(Configurations.Generate(build, targets, id));
        return Plan(targets, parameters);
    }

    static string Platform => OperatingSystem.IsWindows() ? "Windows" : OperatingSystem.IsMacOS() ? "macOS" : "Linux";

    int Plan(IReadOnlyList<ExecutableTarget> targets, IReadOnlyList<ParameterMember> parameters)
    {
        InjectedValues.Inject(build);
        foreach (var secret in parameters.Where(x => x.Secret))
            run.Values.Get(secret);
        run.Hooks.Created(targets);
        if (NukeBuild.IsLocalBuild && !options.Plan)
            Generate(parameters);
        var plan = ExecutionPlanner.Plan(targets, options.Targets);
        build.ExecutionPlan = plan;
        if (plan.Count == 0)
            throw new RefusedException($"No target was named and there is no default. {HelpText.Hint}");
        UnknownTargets.Refuse(options.Skip, targets);
        Skipping.Apply(plan, options.Skip);
        if (options.Plan)
            return Answer(PlanText.Write(plan, run.TemporaryDirectory));
        if (options.Continue)
            BuildAttempt.RefuseContinue(plan);
        Requirements.Check(build, plan, parameters);
        run.Hooks.Initialized(targets, plan);
        return Execute(plan);
    }

    int Execute(IReadOnlyList<ExecutableTarget> plan)
    {
        var start = run.Invocation.Time.GetTimestamp();
        var attempt = new BuildAttempt(run.TemporaryDirectory / "build-attempt.log", run.Invocation.Arguments);
        attempt.Start(options.Continue);
        using var signals = run.Invocation.HandlesSignals ? new Signals(run.Cancellation.Signal) : null;
        var executor = new TargetExecutor(run, attempt);
        using (new LiveView(run, plan))
            new Scheduler(plan, options.Parallel, run.Cancellation, executor.Execute).Run();
        run.Hooks.Finished();
        Report(plan, start);
        return build.ExitCode ?? (CutShort(plan) ? BuildRunner.Cancelled : Succeeded(plan) ? 0 : BuildRunner.Failure);
    }

    void Report(IReadOnlyList<ExecutableTarget> plan, long start)
    {
        if (run.Log.Problems.Count > 0)
        {
            using var block = run.Output.Begin("Errors & Warnings");
            block.Lines([.. run.Log.Problems]);
        }

        run.Output.Lines(Summary.Table(plan, run.Invocation.Time.GetElapsedTime(start)));
        run.Output.Lines(["", Summary.LastLine(Succeeded(plan) && build.ExitCode is null or 0, run.Invocation.Time.GetLocalNow())]);
        if (NukeBuild.Host is GitHubActions { StepSummaryFile: { } file })
            file.AppendAllLines(Summary.Markdown(plan).Select(run.Mask.Apply));
    }

    void Generate(IReadOnlyList<ParameterMember> parameters)
    {
        var fresh = TargetFactory.CreateAll(build, defaults);
        Schema.Update(run.RootDirectory / ".nuke" / "build.schema.json", build, fresh, parameters);
        Configurations.Update(build, () => TargetFactory.CreateAll(build, defaults));
    }

    int Answer(IEnumerable<string> lines)
    {
        run.Output.Lines(lines);
        return 0;
    }

    bool CutShort(IReadOnlyList<ExecutableTarget> plan)
        => run.Cancellation.Signalled && plan.Any(x => x.Status is ExecutionStatus.NotRun or ExecutionStatus.Aborted);

    static bool Succeeded(IReadOnlyList<ExecutableTarget> plan)
        => plan.All(x => x.Status is not (ExecutionStatus.Failed or ExecutionStatus.Aborted or ExecutionStatus.NotRun));
}
