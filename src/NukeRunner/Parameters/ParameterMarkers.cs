namespace Nuke.Common;

/// <summary>The value is never printed.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public class SecretAttribute : Attribute;

/// <summary>The build does not start without the value.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public class RequiredAttribute : Attribute;

/// <summary>The value may be missing.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public class OptionalAttribute : Attribute;

/// <summary>The names of a component's parameters start with this.</summary>
[AttributeUsage(AttributeTargets.Interface | AttributeTargets.Class)]
public class ParameterPrefixAttribute(string prefix) : Attribute
{
    /// <summary>The start of the names.</summary>
    public string Prefix { get; } = prefix;
}
