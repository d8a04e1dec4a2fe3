// Causes of failures that are the flow's own: no driver of the task began. Pure.
import type { Cause } from "../api/status.ts";
import type { TemplateError } from "../task/template.ts";

/** A condition, or a forEach's items, that can't be told from what there is. */
export const notTold = (message: string): Cause => ({ class: "Input", reason: "NotTold", message });

/** A task that can't be made, as a template of it has no value. */
export const notRendered = ({ message }: TemplateError): Cause => ({
  class: "Input",
  reason: "TemplateError",
  message,
});
