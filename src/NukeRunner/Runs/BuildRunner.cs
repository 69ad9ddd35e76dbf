using System.Linq.Expressions;
using System.Reflection;
using Nuke.Common;
using NukeRunner.Output;

namespace NukeRunner.Runs;

/// <summary>Runs a build from its arguments to its exit code.</summary>
internal static class BuildRunner
{
    public const int Failure = 255;
    public const int Cancelled = 130;

    public static int Run(Invocation invocation, Func<NukeBuild> create, IReadOnlyList<Expression> defaults)
    {
        NukeBuild? build = null;
        BuildRun? run = null;
        try
        {
            run = new BuildRun(invocation);
            run.Enter();
            RunLog.Install();
            build = create();
            return new Session(run, build, defaults).Run();
        }
        catch (Exception exception) when (Reason(exception) is { } reason)
        {
            Say(invocation, run, reason);
            return build?.ExitCode ?? build?.GetType().GetCustomAttribute<RefusalExitCodeAttribute>()?.Code ?? Failure;
        }
        finally
        {
            run?.Cancellation.Dispose();
            BuildRun.Leave();
        }
    }

    static void Say(Invocation invocation, BuildRun? run, string reason)
    {
        var text = run?.Mask.Apply(reason) ?? reason;
        if (run is null)
            invocation.Console.Write(text + "\n");
        else
            run.Output.Lines(text.Split('\n'));
    }

    // A fault in the build's own definition is said like a refusal: before any target ran.
    static string? Reason(Exception exception) => exception switch
    {
        RefusedException or AssertionFailedException => exception.Message,
        TargetInvocationException { InnerException: { } inner } => Reason(inner) ?? $"{inner.GetType().Name}: {inner.Message}",
        _ => null,
    };
}
