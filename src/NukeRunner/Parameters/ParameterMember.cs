using System.Reflection;
using Nuke.Common;
using Nuke.Common.ValueInjection;

namespace NukeRunner.Parameters;

/// <summary>A parameter of the build, on the class or on a component.</summary>
internal sealed record ParameterMember
{
    public required MemberInfo Member { get; init; }
    public required string Name { get; init; }
    public required Type Type { get; init; }
    public string? Description { get; init; }
    public char? Separator { get; init; }
    public bool Secret { get; init; }
    public bool Required { get; init; }
    public ParameterAttribute? Attribute { get; init; }

    public string Dashed => ParameterName.Dashed(Name);

    public static ParameterMember Of(MemberInfo member)
    {
        var attribute = member.GetCustomAttribute<ParameterAttribute>();
        var prefix = member.DeclaringType?.GetCustomAttribute<ParameterPrefixAttribute>()?.Prefix;
        return new ParameterMember
        {
            Member = member,
            Attribute = attribute,
            Name = prefix + (attribute?.Name ?? member.Name),
            Type = member is FieldInfo field ? field.FieldType : ((PropertyInfo)member).PropertyType,
            Description = attribute?.Description,
            Separator = attribute?.Separator is [var separator] ? separator : null,
            Secret = member.IsDefined(typeof(SecretAttribute), true),
            Required = member.IsDefined(typeof(RequiredAttribute), true),
        };
    }

    /// <summary>All parameters of a build class; a class's own replaces a component's of the same name.</summary>
    public static IReadOnlyList<ParameterMember> AllOf(Type build)
        => [.. InjectedValues.MembersOf(build).Concat(OfComponents(build))
            .Where(x => x.IsDefined(typeof(ParameterAttribute), true))
            .Select(Of)
            .DistinctBy(x => ParameterName.Plain(x.Name), StringComparer.OrdinalIgnoreCase)];

    /// <summary>The value as the member has it now.</summary>
    public object? Current(object build) => Member switch
    {
        FieldInfo field => field.GetValue(build),
        PropertyInfo { GetMethod: not null } property => property.GetValue(build),
        _ => null,
    };

    /// <summary>The texts that are possible, or null if anything is.</summary>
    public IReadOnlyList<string>? ValueSet(object build)
        => Attribute?.GetValueSet(Member, build)?.Select(x => x.Item1).ToArray()
            ?? ValueSets.FromProvider(Attribute, build)
            ?? ValueSets.OfType(Type);

    static IEnumerable<MemberInfo> OfComponents(Type build)
        => build.GetInterfaces().Where(x => x != typeof(INukeBuild)).SelectMany(x => x.GetProperties());
}
