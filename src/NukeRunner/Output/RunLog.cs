using System.Collections.Concurrent;
using Nuke.Common;
using NukeRunner.Runs;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Display;

namespace NukeRunner.Output;

/// <summary>Brings log events to the target that they were written in, and remembers warnings and errors.</summary>
internal sealed class RunLog(BuildRun run)
{
    static readonly MessageTemplateTextFormatter Message = new("{Message:l}");
    static readonly Lazy<Logger> Router = new(
        () => new LoggerConfiguration().MinimumLevel.Verbose().WriteTo.Sink(new Routing()).CreateLogger());

    readonly ConcurrentQueue<string> problems = new();

    /// <summary>For the end of the run: warnings and errors with their targets.</summary>
    public IReadOnlyCollection<string> Problems => problems;

    /// <summary>Serilog's logger is one for the process; it finds the run that an event belongs to.</summary>
    public static void Install()
    {
        if (!ReferenceEquals(Log.Logger, Router.Value))
            Log.Logger = Router.Value;
    }

    public void Write(LogEvent logEvent)
    {
        var text = Render(logEvent);
        var target = TargetScope.Current;
        if (logEvent.Level >= LogEventLevel.Warning)
            problems.Enqueue($"[{Short(logEvent.Level)}] {(target is null ? "" : target.Target.Name + ": ")}{text}");
        if (logEvent.Level < Lowest(run.Verbosity))
            return;
        var line = $"{logEvent.Timestamp:HH:mm:ss} [{Short(logEvent.Level)}] {text}";
        var lines = run.Output.Style.Message(logEvent.Level, text, line).Concat(Cause(logEvent.Exception)).ToArray();
        if (target is null)
            run.Output.Lines(lines);
        else
            target.Block.Lines(lines);
    }

    IEnumerable<string> Cause(Exception? exception)
    {
        if (exception is null)
            return [];
        return run.Verbosity == Verbosity.Verbose
            ? exception.ToString().Split('\n').Select(x => x.TrimEnd('\r'))
            : Chain(exception).SelectMany(x => $"{x.GetType()}: {x.Message}".Split('\n'));
    }

    static IEnumerable<Exception> Chain(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
            yield return exception;
    }

    static string Render(LogEvent logEvent)
    {
        using var writer = new StringWriter();
        Message.Format(logEvent, writer);
        return writer.ToString();
    }

    static LogEventLevel Lowest(Verbosity verbosity) => verbosity switch
    {
        Verbosity.Verbose => LogEventLevel.Verbose,
        Verbosity.Normal => LogEventLevel.Debug,
        Verbosity.Minimal => LogEventLevel.Warning,
        _ => LogEventLevel.Error,
    };

    static string Short(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose => "VRB",
        LogEventLevel.Debug => "DBG",
        LogEventLevel.Information => "INF",
        LogEventLevel.Warning => "WRN",
        LogEventLevel.Error => "ERR",
        _ => "FTL",
    };

    sealed class Routing : ILogEventSink
    {
        public void Emit(LogEvent logEvent) => BuildRun.Current.Log.Write(logEvent);
    }
}
