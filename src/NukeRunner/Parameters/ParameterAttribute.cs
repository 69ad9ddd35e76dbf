using System.Reflection;
using Nuke.Common.ValueInjection;
using NukeRunner.Parameters;
using NukeRunner.Runs;

namespace Nuke.Common;

/// <summary>
/// A value from the command line, the environment or a parameters file; else what the field is initialised with.
/// </summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public class ParameterAttribute(string? description = null) : ValueInjectionAttributeBase
{
    /// <summary>What the parameter is for.</summary>
    public virtual string? Description { get; } = description;

    /// <summary>The name, where it is not the member's.</summary>
    public string? Name { get; set; }

    /// <summary>One character that separates the items of a list.</summary>
    public string? Separator { get; set; }

    /// <summary>Whether the help lists possible values.</summary>
    public virtual bool List { get; set; } = true;

    /// <summary>The type that knows the possible values; unset, the build.</summary>
    public Type? ValueProviderType { get; set; }

    /// <summary>The member that lists the possible values.</summary>
    public string? ValueProviderMember { get; set; }

    /// <inheritdoc/>
    public override object? GetValue(MemberInfo member, object instance)
        => BuildRun.Current.Values.Get(ParameterMember.Of(member));

    /// <summary>The possible values with their texts, or null if there is no such list.</summary>
    public virtual IEnumerable<(string, object)>? GetValueSet(MemberInfo member, object instance) => null;
}
