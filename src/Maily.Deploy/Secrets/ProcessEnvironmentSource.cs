using System.Collections;
using System.Collections.Immutable;

namespace Maily.Deploy.Secrets;

/// <summary>The variables of the process.</summary>
public sealed class ProcessEnvironmentSource(IReadOnlyDictionary<string, string> variables) : IVariableSource
{
    /// <summary>Those of this process.</summary>
    public ProcessEnvironmentSource()
        : this(Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal))
    {
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<Variable>> ReadAsync(VariableRequest request, CancellationToken cancellation) =>
        Task.FromResult(variables
            .Select(pair => new Variable(pair.Key, pair.Value, "environment"))
            // NUKE_X and X are one name: the plain one is the more deliberate.
            .OrderBy(variable => variable.Name.StartsWith("NUKE", StringComparison.OrdinalIgnoreCase))
            .ThenBy(variable => variable.Name, StringComparer.Ordinal)
            .ToImmutableArray());
}
