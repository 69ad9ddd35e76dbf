using System.Reflection;

namespace Nuke.Common;

/// <summary>Reads a property as its declaring type defines it, whatever overrides it.</summary>
internal static class NonVirtual
{
    public static T Get<T>(PropertyInfo property, object instance)
    {
        var pointer = property.GetMethod!.MethodHandle.GetFunctionPointer();
        var getter = (Func<T>)Activator.CreateInstance(typeof(Func<T>), instance, pointer)!;
        return getter();
    }
}
