import { provideNative } from '../select.js'
import { nativeProvider } from './index.js'

// Importing this file is what makes the native engine reachable; `symbreak/js` never does.
provideNative(nativeProvider)
