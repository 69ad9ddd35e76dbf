using System.Reflection;

namespace Nuke.Common.ValueInjection;

/// <summary>The base of attributes that give a field or property its value.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public abstract class ValueInjectionAttributeBase : Attribute
{
    /// <summary>The running build.</summary>
    public INukeBuild Build { get; internal set; } = null!;

    /// <summary>Higher ones are injected first.</summary>
    public virtual int Priority => 0;

    /// <summary>Whether a missing value is not worth a warning.</summary>
    public virtual bool SuppressWarnings => false;

    /// <summary>The value for the member, or null.</summary>
    public abstract object? GetValue(MemberInfo member, object instance);

    /// <summary>The value for the member; null also when finding it failed, which is then logged.</summary>
    public object? TryGetValue(MemberInfo member, object instance)
    {
        try
        {
            return GetValue(member, instance);
        }
        catch (Exception exception) when (exception is not NukeRunner.Runs.RefusedException)
        {
            if (!SuppressWarnings)
                Serilog.Log.Warning("No value for {Member}: {Reason}", member.Name, exception.Message);
            return null;
        }
    }

    /// <summary>The value of another member of the build.</summary>
    protected T GetMemberValue<T>(string memberName, object instance)
    {
        var value = GetMemberValueOrNull<T>(memberName, instance);
        Assert.True(value is not null, $"The build has no value for '{memberName}'");
        return value;
    }

    /// <summary>The value of another member of the build, or the type's default.</summary>
    protected T? GetMemberValueOrNull<T>(string memberName, object instance)
    {
        const BindingFlags All = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        var type = instance.GetType();
        return (T?)(type.GetProperty(memberName, All)?.GetValue(instance) ?? type.GetField(memberName, All)?.GetValue(instance));
    }
}
