using System.ComponentModel;
using Nuke.Common.Tooling;

namespace Nuke.Components;

/// <summary>How projects are compiled.</summary>
[TypeConverter(typeof(TypeConverter<Configuration>))]
public class Configuration : Enumeration
{
    /// <summary>For debugging.</summary>
    public static readonly Configuration Debug = new() { Value = nameof(Debug) };

    /// <summary>Optimised.</summary>
    public static readonly Configuration Release = new() { Value = nameof(Release) };

    /// <summary>The name that MSBuild knows.</summary>
    public static implicit operator string(Configuration configuration) => configuration.Value;
}
