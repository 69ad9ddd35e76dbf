using System.Linq.Expressions;
using System.Reflection;
using Nuke.Common;
using Nuke.Common.Execution;
using Nuke.Common.ValueInjection;
using NukeRunner.Parameters;
using NukeRunner.Runs;

namespace NukeRunner.Planning;

/// <summary>Checks before the run that all values are there, and says all at once which are not.</summary>
internal static class Requirements
{
    public static void Check(NukeBuild build, IReadOnlyCollection<ExecutableTarget> plan, IReadOnlyList<ParameterMember> parameters)
    {
        var missing = parameters.Where(x => x.Required && IsMissing(x.Current(build)))
            .Select(x => Missing(x) + " is required by the build")
            .Concat(plan.Where(x => x.Status == ExecutionStatus.Scheduled)
                .SelectMany(x => x.DelegateRequirements.Select(y => Fault(build, x, y)).OfType<string>()))
            .Distinct().ToArray();
        if (missing.Length > 0)
            throw new RefusedException(string.Join('\n', ["Missing values and unmet requirements:", .. missing.Select(x => $"  - {x}")]));
    }

    static string? Fault(NukeBuild build, ExecutableTarget target, LambdaExpression requirement)
    {
        var body = InjectedValues.Unconverted(requirement.Body);
        if (requirement.ReturnType == typeof(bool))
            return (bool)Evaluate(requirement)! ? null : $"{body} must hold for {target.Name}";
        if (!IsMissing(Evaluate(requirement)))
            return null;
        return body is MemberExpression { Member: FieldInfo or PropertyInfo } member
            && member.Member.IsDefined(typeof(ParameterAttribute), true) && member.Member.DeclaringType!.IsInstanceOfType(build)
            ? $"{Missing(ParameterMember.Of(member.Member))} is required by {target.Name}"
            : $"{(body as MemberExpression)?.Member.Name ?? body.ToString()} is required by {target.Name}";
    }

    static string Missing(ParameterMember parameter)
    {
        var description = parameter.Description is { Length: > 0 } text ? $": {text.TrimEnd('.')}" : "";
        return $"--{parameter.Dashed} (environment variable {ParameterName.UpperSnake(parameter.Name)}{description})";
    }

    static bool IsMissing(object? value) => value is null or string { Length: 0 };

    static object? Evaluate(LambdaExpression expression)
        => expression.Compile(preferInterpretation: true).DynamicInvoke();
}
