using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Tests;

/// <summary>Keeps lines that were logged, from a level on.</summary>
sealed class LogLines(LogLevel from = LogLevel.Trace) : ILogger
{
    readonly ConcurrentQueue<string> lines = new();

    public ImmutableArray<string> All => [.. lines];

    public bool Any(string part) => lines.Any(line => line.Contains(part, StringComparison.Ordinal));

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= from)
            lines.Enqueue(formatter(state, exception));
    }
}
