using Microsoft.Extensions.Logging;
using ILogger = Microsoft.Extensions.Logging.ILogger;

namespace Maily.Deploy.Components;

/// <summary>Hands the domain's log lines to the build's log, with every secret value replaced.</summary>
sealed class RedactingLogger(Func<string, string> redact) : ILogger
{
    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        // A template with one placeholder, so that braces in the text are not read as more of them.
        const string template = "{Line:l}";
        var line = redact(formatter(state, exception));
        switch (logLevel)
        {
            case LogLevel.Trace or LogLevel.Debug: Serilog.Log.Debug(template, line); break;
            case LogLevel.Warning: Serilog.Log.Warning(template, line); break;
            case LogLevel.Error or LogLevel.Critical: Serilog.Log.Error(template, line); break;
            default: Serilog.Log.Information(template, line); break;
        }
    }
}
