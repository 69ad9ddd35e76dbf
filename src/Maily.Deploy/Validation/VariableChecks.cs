using System.Collections.Immutable;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Validation;

/// <summary>Whether the variables that the planned stages need are present and well-formed. Values are never shown.</summary>
public static class VariableChecks
{
    /// <summary>The checks of the 16 variables, as far as the planned stages need them, and of sources that could not be read.</summary>
    public static ImmutableArray<Check> For(Variables variables, IReadOnlyCollection<string> plannedStages) =>
        [.. variables.Problems.Select(Of), .. For(VariableRules.All, variables, plannedStages)];

    /// <summary>The checks of the given rules, as far as the planned stages need them.</summary>
    public static ImmutableArray<Check> For(IEnumerable<VariableRule> rules, Variables variables, IReadOnlyCollection<string> plannedStages) =>
        [.. rules.Where(rule => rule.Stages.Any(plannedStages.Contains)).Select(rule => Of(rule, variables))];

    static Check Of(DeployException problem) =>
        new("Variables", "source", _ => Task.FromResult(CheckResult.Fail(problem.Fact, problem.Remedy)));

    static Check Of(VariableRule rule, Variables variables) =>
        new("Variables", rule.Name, _ => Task.FromResult(Answer(rule, variables))) { Stages = rule.Stages };

    static CheckResult Answer(VariableRule rule, Variables variables) => variables.Find(rule.Name) switch
    {
        null when rule.IsOptional => CheckResult.Pass("not set, and need not be"),
        null => CheckResult.Fail("not set", $"Export {rule.Name}, or put it into .env.<environment> or AWS Secrets Manager: {rule.Form}."),
        var value when value.Length != value.Trim().Length => CheckResult.Fail(
            $"begins or ends with white space (from {variables.SourceOf(rule.Name)})", $"Correct {rule.Name}."),
        var value when !rule.HasForm(value) => CheckResult.Fail(
            $"set (from {variables.SourceOf(rule.Name)}), but not of the form it needs", $"Set {rule.Name} to {rule.Form}."),
        _ => CheckResult.Pass($"set (from {variables.SourceOf(rule.Name)})"),
    };
}
