using System.Collections.Immutable;

namespace Maily.Deploy.Validation;

/// <summary>What one variable must look like, and which stages need it.</summary>
/// <param name="Name">The variable's name.</param>
/// <param name="Form">The form in words: <c>prj_ and letters or digits</c>.</param>
/// <param name="HasForm">Whether a value has the form.</param>
/// <param name="Stages">The stages that need it.</param>
public sealed record VariableRule(string Name, string Form, Func<string, bool> HasForm, ImmutableArray<string> Stages)
{
    /// <summary>Whether it may be left out; a value that is set must have the form all the same.</summary>
    public bool IsOptional { get; init; }
}
