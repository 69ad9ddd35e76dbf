using System.Collections;
using System.Collections.Immutable;

namespace Maily.Deploy.Secrets;

/// <summary>The variables of the process.</summary>
public sealed class ProcessEnvironmentSource(IDictionary variables) : IVariableSource
{
    /// <summary>Those of this process.</summary>
    public ProcessEnvironmentSource()
        : this(Environment.GetEnvironmentVariables())
    {
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<Variable>> ReadAsync(VariableRequest request, CancellationToken cancellation) =>
        Task.FromResult(variables.Cast<DictionaryEntry>()
            .Select(entry => new Variable((string)entry.Key, (string?)entry.Value ?? "", "environment"))
            // NUKE_X and X are one name: the plain one is the more deliberate.
            .OrderBy(variable => variable.Name.StartsWith("NUKE", StringComparison.OrdinalIgnoreCase))
            .ThenBy(variable => variable.Name, StringComparer.Ordinal)
            .ToImmutableArray());
}
